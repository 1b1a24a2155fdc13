// SPDX-License-Identifier: Apache-2.0
#include "ui/rowmenu.h"

#include "models/tableexport.h"
#include "ui/tableview.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHeaderView>
#include <QJsonDocument>
#include <QMenu>
#include <QSaveFile>
#include <QUrl>

namespace dormouse {

namespace {

void copyText(const QString &text)
{
    QApplication::clipboard()->setText(text);
}

/// Safe inside a POSIX shell, whatever it holds.
QString quoted(const QString &text)
{
    QString inner = text;
    return u'\'' % inner.replace(u'\'', QStringLiteral("'\\''")) % u'\'';
}

QString filterValue(const QString &text)
{
    return text.contains(u' ') ? QString(u'"' % text % u'"') : text;
}

} // namespace

RowMenu::RowMenu(Kind kind, const QString &title, TableView *table, Session &session)
    : QObject(table), m_kind(kind), m_title(title), m_table(table), m_session(session)
{
    table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table, &QWidget::customContextMenuRequested, this, [this](const QPoint &at) {
        QMenu *menu = make(at);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->popup(m_table->viewport()->mapToGlobal(at));
    });
}

QString RowMenu::curlCommand(const QString &engineUrl, const QString &actorId)
{
    if (engineUrl.isEmpty() || actorId.isEmpty())
        return {};
    return u"curl -i " % quoted(QString(engineUrl % u"/gateway/" % actorId % u'/'));
}

QString RowMenu::wscatCommand(const QString &engineUrl, const QString &actorId, const QString &path)
{
    if (engineUrl.isEmpty() || actorId.isEmpty())
        return {};
    QUrl url(engineUrl);
    url.setScheme(url.scheme() == u"https" ? QStringLiteral("wss") : QStringLiteral("ws"));
    const QString target = path.startsWith(u'/') ? path : QString(u'/' % path);
    return u"npx wscat -s rivet -c " % quoted(QString(url.toString() % u"/gateway/" % actorId % target));
}

QByteArray RowMenu::rowJson(Session &session, Kind kind, const QString &id)
{
    QJsonObject object;
    if (kind == Kind::Actors) {
        if (const auto *actor = session.actors().find(id))
            object = monitor::toJson(*actor);
    } else if (kind == Kind::Connections) {
        if (const auto *connection = session.connections().find(id))
            object = monitor::toJson(*connection);
    } else if (kind == Kind::Runners) {
        if (const auto *runner = session.runners().find(id))
            object = monitor::toJson(*runner);
    }
    return object.isEmpty() ? QByteArray() : QJsonDocument(object).toJson(QJsonDocument::Indented);
}

QMenu *RowMenu::make(const QPoint &at)
{
    auto *menu = new QMenu(m_table);
    menu->setAccessibleName(tr("Row of %1").arg(m_title));
    const QModelIndex index = m_table->indexAt(at);
    if (index.isValid()) {
        addCopies(*menu, index.data(IdRole).toString());
        menu->addSeparator();
        addFilters(*menu, index);
        menu->addSeparator();
        addActions(*menu, index.data(EndedRole).toBool());
        menu->addSeparator();
    }
    QAction *save = menu->addAction(tr("Export what is shown…"), this, &RowMenu::exportTable);
    save->setEnabled(m_table->model()->rowCount() > 0);
    return menu;
}

void RowMenu::addCopies(QMenu &menu, const QString &id)
{
    if (!id.isEmpty())
        menu.addAction(tr("Copy id"), this, [id] { copyText(id); });
    menu.addAction(tr("Copy rows"), this, [this] { copyText(m_table->selectedText()); })->setShortcut(QKeySequence::Copy);
    const QByteArray json = rowJson(m_session, m_kind, id);
    if (!json.isEmpty())
        menu.addAction(tr("Copy as JSON"), this, [json] { copyText(QString::fromUtf8(json)); });
    const QString url = m_session.cluster().info().listenUrl;
    QString actor = m_kind == Kind::Actors ? id : QString();
    QString path = QStringLiteral("/");
    if (m_kind == Kind::Connections) {
        if (const auto *connection = m_session.connections().find(id)) {
            actor = connection->actorId;
            path = connection->path;
        }
    }
    if (const QString line = curlCommand(url, actor); !line.isEmpty())
        menu.addAction(tr("Copy as curl"), this, [line] { copyText(line); });
    if (const QString line = wscatCommand(url, actor, path); !line.isEmpty())
        menu.addAction(tr("Copy as wscat"), this, [line] { copyText(line); });
}

void RowMenu::addFilters(QMenu &menu, const QModelIndex &index)
{
    const QString key = index.data(ColumnKeyRole).toString();
    const QVariant kind = index.data(CellKindRole);
    const QVariant raw = index.data(RawRole);
    const bool words = !kind.isValid() || CellKind(kind.toInt()) == CellKind::Text || CellKind(kind.toInt()) == CellKind::Id
        || CellKind(kind.toInt()) == CellKind::State;
    const QString shown = index.data(Qt::DisplayRole).toString();
    if (key.isEmpty() || shown.isEmpty() || (m_kind != Kind::Other && !raw.isValid()))
        return;
    if (words) {
        const QString term = key % u':' % filterValue(shown);
        menu.addAction(tr("Only %1").arg(term), this, [this, term] { Q_EMIT filterWanted(term); });
        menu.addAction(tr("Without %1").arg(term), this, [this, term] { Q_EMIT filterWanted(QString(u'-' % term)); });
        return;
    }
    if (key == u"time") {
        const qint64 ts = raw.toLongLong();
        for (const auto &[word, span] : {std::pair(tr("Only from %1 on").arg(shown), TimeSpan{ts, TimeSpan::kForever}),
                                         std::pair(tr("Only until %1").arg(shown), TimeSpan{TimeSpan::kEver, ts})})
            menu.addAction(word, this, [this, term = QString(u"time:" % TimeRange::text(span))] { Q_EMIT filterWanted(term); });
        return;
    }
    const QString number = QString::number(CellKind(kind.toInt()) == CellKind::Micros ? raw.toDouble() / 1000 : raw.toDouble(), 'g', 15);
    for (const QString &op : {QStringLiteral(">="), QStringLiteral("<=")}) {
        const QString term = key % op % number;
        menu.addAction(tr("Only %1 %2 %3").arg(key, op, shown), this, [this, term] { Q_EMIT filterWanted(term); });
    }
}

void RowMenu::addActions(QMenu &menu, bool ended)
{
    QList<QPair<QString, QString>> actions;
    if (m_kind == Kind::Actors)
        actions = {{QStringLiteral("wake"), tr("Wake")},
                   {QStringLiteral("sleep"), tr("Sleep")},
                   {QStringLiteral("reschedule"), tr("Move to another runner")},
                   {QStringLiteral("destroy"), tr("Destroy…")}};
    else if (m_kind == Kind::Connections)
        actions = {{QStringLiteral("close"), tr("Close connection…")}};
    else if (m_kind == Kind::Runners)
        actions = {{QStringLiteral("droplink"), tr("Drop its link, keep the clients…")}, {QStringLiteral("drain"), tr("Drain runner…")}, {QStringLiteral("evict"), tr("Evict runner…")}};
    for (const auto &[action, text] : std::as_const(actions)) {
        QAction *one = menu.addAction(text, this, [this, name = action] { Q_EMIT commandWanted(name); });
        one->setEnabled(m_session.commandsAllowed() && !ended);
    }
    // What concerns one row only.
    QList<QPair<QString, QString>> single;
    if (m_kind == Kind::Connections)
        single = {{QStringLiteral("hibernate"), tr("Hibernate (its actor goes to sleep)")},
                  {QStringLiteral("restore"), tr("Restore (its actor is woken)")},
                  {QStringLiteral("sendas"), tr("Send as its actor…")},
                  {QStringLiteral("cutlink"), tr("Drop the link to its runner, keep the client…")}};
    else if (m_kind == Kind::Actors)
        single = {{QStringLiteral("call"), tr("Call an action…")}};
    for (const auto &[action, text] : std::as_const(single)) {
        QAction *one = menu.addAction(text, this, [this, name = action] { Q_EMIT commandWanted(name); });
        one->setEnabled(m_session.commandsAllowed() && !ended);
    }
    if (actions.isEmpty())
        return;
    const auto offer = [this, &actions](QMenu *bulk, const QStringList &ids) {
        bulk->setEnabled(m_session.commandsAllowed() && !ids.isEmpty());
        for (const auto &[action, text] : std::as_const(actions))
            bulk->addAction(text, this, [this, name = action, ids] { Q_EMIT bulkWanted(name, ids); });
    };
    if (const QStringList chosen = m_table->selectedIds(); chosen.size() > 1)
        offer(menu.addMenu(tr("The %n selected", nullptr, int(chosen.size()))), chosen);
    QStringList shown;
    const QAbstractItemModel *model = m_table->model();
    for (int row = 0; row < model->rowCount(); ++row)
        shown.append(model->index(row, 0).data(IdRole).toString());
    offer(menu.addMenu(tr("All %n that are shown", nullptr, int(shown.size()))), shown);
}

void RowMenu::exportTable()
{
    QString chosen;
    const QString csv = tr("CSV (*.csv)");
    const QString path = QFileDialog::getSaveFileName(m_table, tr("Export what is shown"), QString(m_title.toLower() % u".csv"),
                                                      csv % u";;" % tr("JSON Lines (*.jsonl)"), &chosen);
    if (path.isEmpty())
        return;
    auto *file = new QSaveFile(path, m_table);
    if (!file->open(QIODevice::WriteOnly)) {
        m_session.post(true, tr("Cannot write %1: %2").arg(path, file->errorString()));
        delete file;
        return;
    }
    QList<int> columns;
    const QHeaderView *header = m_table->horizontalHeader();
    for (int visual = 0; visual < header->count(); ++visual)
        if (!header->isSectionHidden(header->logicalIndex(visual)))
            columns.append(header->logicalIndex(visual));
    const bool lines = path.endsWith(QStringLiteral(".jsonl")) || (chosen != csv && !path.endsWith(QStringLiteral(".csv")));
    auto *writer = new TableWriter(m_table->model(), columns, lines ? TableExport::Format::JsonLines : TableExport::Format::Csv,
                                   file, file);
    connect(writer, &TableWriter::finished, this, [this, file, path](int rows, const QString &error) {
        QString failed = error;
        if (failed.isEmpty() && !file->commit())
            failed = file->errorString();
        m_session.post(!failed.isEmpty(), failed.isEmpty() ? tr("%n rows written to %1", nullptr, rows).arg(path)
                                                           : tr("Cannot write %1: %2").arg(path, failed));
        file->deleteLater();
    });
    writer->start();
}

} // namespace dormouse
