// SPDX-License-Identifier: Apache-2.0
#include "ui/filterbar.h"

#include "ui/dialogs.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QDateTime>
#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QStringListModel>
#include <QStyle>
#include <QToolButton>

namespace dormouse {

namespace {

const QString kGroup = QStringLiteral("filters");
const QString kTime = QStringLiteral("time:");
constexpr int kMaxCompletions = 40;
const QStringList kRanges{QStringLiteral("1m"), QStringLiteral("5m"), QStringLiteral("15m"), QStringLiteral("1h"), QStringLiteral("24h")};

QStringList stateWords()
{
    QStringList words;
    for (int state = 1; state <= int(monitor::ActorState::Destroyed); ++state)
        words.append(monitor::toString(monitor::ActorState(state)));
    for (int state = 1; state <= int(monitor::ConnectionState::Closed); ++state)
        words.append(monitor::toString(monitor::ConnectionState(state)));
    for (int state = 1; state <= int(monitor::RunnerState::Stopped); ++state)
        words.append(monitor::toString(monitor::RunnerState(state)));
    words.removeDuplicates();
    words.sort();
    return words;
}

} // namespace

/// error: code, colon, term.
QString FilterBar::problemText(const QString &error)
{
    const QString code = error.section(u':', 0, 0), term = error.section(QStringLiteral(": "), 1);
    if (code == u"bad_regex")
        return tr("Not a regular expression: %1").arg(term);
    if (code == u"bad_number")
        return tr("Not a number with a unit: %1").arg(term);
    return tr("Not a time range: %1").arg(term);
}

FilterBar::FilterBar(Session &session, const ThemeManager &theme, QSettings *settings, QWidget *parent)
    : QWidget(parent), m_session(&session), m_theme(theme), m_settings(settings)
{
    auto *all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(4);
    m_field = new QLineEdit(this);
    m_field->setObjectName(QStringLiteral("filter"));
    m_field->setAccessibleName(tr("Filter for all views"));
    m_field->setPlaceholderText(tr("Filter all views: chat  state == hibernating and pending.bytes > 512KiB"));
    m_field->setClearButtonEnabled(true);
    for (auto *button : m_field->findChildren<QToolButton *>())
        button->setAccessibleName(tr("Clear the filter"));
    m_field->setMinimumWidth(theme.px(200));
    m_field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    all->addWidget(m_field);
    all->addWidget(makeButton(tr("Time range"), QStringLiteral("due"), &m_times));
    connect(m_times, &QMenu::aboutToShow, this, &FilterBar::fillTimes);
    all->addWidget(makeButton(tr("Saved filters"), QStringLiteral("archive"), &m_menu));
    connect(m_menu, &QMenu::aboutToShow, this, &FilterBar::fillMenu);

    m_chips = new QWidget(this);
    m_chips->setAccessibleName(tr("Terms of the filter"));
    m_chipRow = new QHBoxLayout(m_chips);
    m_chipRow->setContentsMargins(44, 0, 8, 4);
    m_chipRow->setSpacing(4);
    m_chips->hide();

    m_words = new QStringListModel(this);
    m_completer = new QCompleter(m_words, this);
    m_completer->setWidget(m_field);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    m_completer->popup()->setAccessibleName(tr("Completions"));
    connect(m_completer, qOverload<const QString &>(&QCompleter::activated), this, &FilterBar::complete);
    connect(m_field, &QLineEdit::textChanged, this, [this](const QString &text) { m_session->setFilter(text); });
    connect(m_field, &QLineEdit::textEdited, this, &FilterBar::textEdited);
    connect(m_session, &Session::filterChanged, this, &FilterBar::showFilter);
    m_field->installEventFilter(this);
    if (m_settings) {
        m_settings->beginGroup(kGroup);
        const QStringList names = m_settings->childKeys();
        for (const QString &name : names)
            m_saved.insert(name, m_settings->value(name).toString());
        m_settings->endGroup();
    }
}

QToolButton *FilterBar::makeButton(const QString &name, const QString &icon, QMenu **menu)
{
    auto *button = new QToolButton(this);
    button->setAccessibleName(name);
    button->setToolTip(name);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setIconSize({m_theme.px(16), m_theme.px(16)});
    const auto paint = [button, icon, this] { button->setIcon(m_theme.icon(icon)); };
    paint();
    connect(&m_theme, &ThemeManager::changed, button, paint);
    *menu = new QMenu(button);
    (*menu)->setAccessibleName(name);
    (*menu)->setToolTipsVisible(true);
    button->setMenu(*menu);
    return button;
}

void FilterBar::setSession(Session &session)
{
    m_session->disconnect(this);
    m_session = &session;
    connect(m_session, &Session::filterChanged, this, &FilterBar::showFilter);
    const QString text = session.filterText();
    if (m_field->text() != text)
        m_field->setText(text);
    else
        session.setFilter(text);
}

void FilterBar::showFilter(const QString &text, const QString &error)
{
    if (m_field->text() != text)
        m_field->setText(text);
    m_field->setProperty("invalid", !error.isEmpty());
    m_field->style()->polish(m_field);
    m_field->setToolTip(error.isEmpty() ? tr("Words, \"two words\", ~letters, /regex/, state:sleeping, state == running, pending.bytes > 512KiB, "
                                             "age > 1m, time:15m, -not, a or b")
                                        : problemText(error));
    fillChips(text);
}

QString FilterBar::unfinishedTerm() const
{
    const QString before = m_field->text().left(m_field->cursorPosition());
    return before.mid(before.lastIndexOf(u' ') + 1);
}

QStringList FilterBar::completions(const QString &unfinished) const
{
    QString term = unfinished;
    const QString sign = term.startsWith(u'-') ? QStringLiteral("-") : QString();
    term.remove(0, sign.size());
    if (term.isEmpty())
        return {};
    QStringList out;
    const qsizetype colon = std::max(term.indexOf(u':'), term.indexOf(u'='));
    if (colon > 0) {
        if (term.left(colon).startsWith(QStringLiteral("state"))) {
            const QStringList words = stateWords();
            for (const QString &word : words)
                if (word.startsWith(term.mid(colon + 1), Qt::CaseInsensitive) && word != term.mid(colon + 1))
                    out.append(sign + term.left(colon + 1) + word);
        }
        if (term.left(colon) == u"time")
            for (const QString &range : kRanges)
                if (range.startsWith(term.mid(colon + 1)) && range != term.mid(colon + 1))
                    out.append(sign + term.left(colon + 1) + range);
        return out.mid(0, kMaxCompletions);
    }
    QStringList keys{QStringLiteral("time")};
    for (const LiveTableModel *model : {static_cast<const LiveTableModel *>(&m_session->actors()),
                                        static_cast<const LiveTableModel *>(&m_session->connections()),
                                        static_cast<const LiveTableModel *>(&m_session->runners())})
        for (int column = 0; column < model->columnCount(); ++column)
            keys.append(model->columnKey(column));
    keys.removeDuplicates();
    keys.sort();
    for (const QString &key : std::as_const(keys))
        if (key.startsWith(term, Qt::CaseInsensitive))
            out.append(QString(sign % key % (key == u"state" || key == u"time" ? u":" : u"")));
    return out.mid(0, kMaxCompletions);
}

void FilterBar::textEdited()
{
    const QStringList words = completions(unfinishedTerm());
    if (words.isEmpty() || (words.size() == 1 && words.constFirst() == unfinishedTerm())) {
        m_completer->popup()->hide();
        return;
    }
    m_words->setStringList(words);
    m_completer->complete();
}

void FilterBar::complete(const QString &completion)
{
    const int cursor = m_field->cursorPosition();
    const int start = cursor - int(unfinishedTerm().size());
    m_field->setSelection(start, cursor - start);
    m_field->insert(completion); // keeps the undo history of the field
}

void FilterBar::fillChips(const QString &text)
{
    while (QLayoutItem *item = m_chipRow->takeAt(0)) {
        if (QWidget *chip = item->widget()) {
            chip->hide();
            chip->deleteLater(); // it may be the one that was clicked
        }
        delete item;
    }
    const QStringList terms = Filter::terms(text);
    for (qsizetype i = 0; i < terms.size(); ++i) {
        auto *chip = new QToolButton(m_chips);
        chip->setText(terms.at(i));
        chip->setProperty("chip", true);
        chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        chip->setLayoutDirection(Qt::RightToLeft); // the cross follows the word
        chip->setIcon(m_theme.icon(QStringLiteral("close")));
        chip->setAccessibleName(tr("Take %1 out of the filter").arg(terms.at(i)));
        chip->setToolTip(chip->accessibleName());
        connect(chip, &QToolButton::clicked, this, [this, terms, i] {
            QStringList rest = terms;
            rest.removeAt(i);
            // "or" without a neighbour means nothing.
            while (!rest.isEmpty() && rest.constFirst() == u"or")
                rest.removeFirst();
            while (!rest.isEmpty() && rest.constLast() == u"or")
                rest.removeLast();
            m_field->selectAll();
            m_field->insert(rest.join(u' ')); // Ctrl+Z brings it back
        });
        m_chipRow->addWidget(chip);
    }
    m_chipRow->addStretch();
    m_chips->setVisible(!terms.isEmpty());
}

void FilterBar::toggleTerm(const QString &term)
{
    QStringList now = Filter::terms(m_field->text());
    const QStringList wanted = Filter::terms(term);
    if (wanted.size() == 1 && term.startsWith(kTime)) { // there is one time for all
        setTimeRange(now.contains(term) ? QString() : term.mid(kTime.size()));
        return;
    }
    bool there = true;
    for (const QString &one : wanted)
        there = there && now.contains(one);
    for (const QString &one : wanted) {
        if (there)
            now.removeOne(one);
        else if (!now.contains(one))
            now.append(one);
    }
    m_field->selectAll();
    m_field->insert(now.join(u' '));
}

QString FilterBar::timeRange() const
{
    const QStringList terms = Filter::terms(m_field->text());
    for (const QString &term : terms)
        if (term.startsWith(kTime))
            return term.mid(kTime.size());
    return {};
}

void FilterBar::setTimeRange(const QString &range)
{
    QStringList terms = Filter::terms(m_field->text());
    terms.removeIf([](const QString &term) { return term.startsWith(kTime); });
    if (!range.isEmpty())
        terms.append(kTime + range);
    m_field->selectAll();
    m_field->insert(terms.join(u' ')); // Ctrl+Z brings the other back
}

void FilterBar::fillTimes()
{
    m_times->clear();
    const QString now = timeRange();
    const QStringList words{tr("The last minute"), tr("The last 5 minutes"), tr("The last 15 minutes"), tr("The last hour"), tr("The last day")};
    const auto offer = [&](const QString &word, const QString &range) {
        QAction *action = m_times->addAction(word, this, [this, range] { setTimeRange(range); });
        action->setCheckable(true);
        action->setChecked(range == now);
        action->setToolTip(range.isEmpty() ? QString() : kTime + range);
    };
    offer(tr("At any time"), {});
    m_times->addSeparator();
    for (qsizetype i = 0; i < kRanges.size(); ++i)
        offer(words.at(i), kRanges.at(i));
    m_times->addSeparator();
    QAction *between = m_times->addAction(tr("Between two moments…"), this, &FilterBar::askTimes);
    between->setCheckable(true);
    between->setChecked(!now.isEmpty() && !kRanges.contains(now));
}

void FilterBar::askTimes()
{
    const qint64 now = m_session->actors().now() ? m_session->actors().now() : QDateTime::currentMSecsSinceEpoch();
    TimeSpan span = m_session->timeSpan().value_or(TimeSpan{now - 15 * 60'000, now});
    if (span.from == TimeSpan::kEver)
        span.from = std::min(span.to, now) - 15 * 60'000;
    if (span.to == TimeSpan::kForever)
        span.to = now;
    TimeRangeDialog dialog(span, this);
    if (dialog.exec() == QDialog::Accepted)
        setTimeRange(TimeRange::text(dialog.span()));
}

void FilterBar::fillMenu()
{
    m_menu->clear();
    for (auto it = m_saved.cbegin(); it != m_saved.cend(); ++it)
        m_menu->addAction(it.key(), this, [this, text = it.value()] { m_field->setText(text); })->setToolTip(it.value());
    if (m_saved.isEmpty())
        m_menu->addAction(tr("No filter is saved"))->setEnabled(false);
    m_menu->addSection(tr("Stuck"));
    const QList<QPair<QString, QString>> stuck = {{tr("Waking longer than 10 s"), QStringLiteral("state:waking instate>10s")},
                                                  {tr("More than 100 pending messages"), QStringLiteral("pending>100")},
                                                  {tr("Oldest message waits longer than 10 s"), QStringLiteral("oldest>10s")},
                                                  {tr("Failing actors"), QStringLiteral("retries>0")}};
    for (const auto &[name, text] : stuck)
        m_menu->addAction(name, this, [this, filter = text] { m_field->setText(filter); })->setToolTip(text);
    m_menu->addSeparator();
    m_menu->addAction(tr("Save this filter…"), this, &FilterBar::askName)->setEnabled(!m_field->text().trimmed().isEmpty());
    if (!m_saved.isEmpty()) {
        QMenu *remove = m_menu->addMenu(tr("Remove"));
        for (auto it = m_saved.cbegin(); it != m_saved.cend(); ++it)
            remove->addAction(it.key(), this, [this, name = it.key()] {
                m_saved.remove(name);
                store();
            });
    }
    m_menu->addAction(tr("Export saved filters…"), this, [this] {
        const QString path = QFileDialog::getSaveFileName(this, tr("Export saved filters"), QStringLiteral("filters.json"));
        QFile file(path);
        if (path.isEmpty())
            return;
        if (!file.open(QIODevice::WriteOnly) || file.write(exported()) < 0)
            m_session->post(true, tr("Cannot write %1: %2").arg(path, file.errorString()));
    })->setEnabled(!m_saved.isEmpty());
    m_menu->addAction(tr("Import filters…"), this, [this] {
        const QString path = QFileDialog::getOpenFileName(this, tr("Import filters"));
        QFile file(path);
        if (path.isEmpty())
            return;
        const QString problem = file.open(QIODevice::ReadOnly) ? import(file.readAll()) : file.errorString();
        if (!problem.isEmpty())
            m_session->post(true, tr("Cannot read %1: %2").arg(path, problem));
    });
}

void FilterBar::askName()
{
    QInputDialog dialog(this);
    dialog.setWindowTitle(tr("Save this filter"));
    dialog.setLabelText(tr("Name for: %1").arg(m_field->text()));
    if (dialog.exec() == QDialog::Accepted)
        save(dialog.textValue().trimmed());
}

void FilterBar::save(const QString &name)
{
    if (name.isEmpty() || m_field->text().trimmed().isEmpty())
        return;
    m_saved.insert(name, m_field->text().trimmed());
    store();
}

QByteArray FilterBar::exported() const
{
    QJsonObject object;
    for (auto it = m_saved.cbegin(); it != m_saved.cend(); ++it)
        object.insert(it.key(), it.value());
    return QJsonDocument(object).toJson();
}

QString FilterBar::import(const QByteArray &json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError)
        return error.errorString();
    const QJsonObject object = document.object();
    QStringList refused;
    for (auto it = object.begin(); it != object.end(); ++it) {
        const Filter filter = Filter::parse(it.value().toString());
        if (it.value().isString() && !filter.isEmpty() && filter.isValid())
            m_saved.insert(it.key(), it.value().toString());
        else
            refused.append(it.key());
    }
    store();
    return refused.isEmpty() ? QString() : tr("not a filter: %1").arg(refused.join(QStringLiteral(", ")));
}

void FilterBar::store()
{
    if (!m_settings)
        return;
    m_settings->remove(kGroup);
    m_settings->beginGroup(kGroup);
    for (auto it = m_saved.cbegin(); it != m_saved.cend(); ++it)
        m_settings->setValue(it.key(), it.value());
    m_settings->endGroup();
}

bool FilterBar::eventFilter(QObject *object, QEvent *event)
{
    if (object == m_field && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Escape && !m_completer->popup()->isVisible()) {
            m_field->selectAll();
            m_field->del();
            return true;
        }
    }
    return QWidget::eventFilter(object, event);
}

} // namespace dormouse
