// SPDX-License-Identifier: Apache-2.0
#include "ui/commandpalette.h"

#include "ui/words.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace dormouse {

namespace {

constexpr size_t kMaxResults = 60;

} // namespace

CommandPalette::CommandPalette(Session &session, const ThemeManager &theme, const QList<QAction *> &actions, QWidget *parent)
    : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint), m_session(session), m_theme(theme), m_actions(actions)
{
    setAccessibleName(tr("Command palette"));
    setWindowTitle(tr("Go to"));
    resize(theme.px(640), theme.px(420));
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(8, 8, 8, 8);
    m_input = new QLineEdit(this);
    m_input->setPlaceholderText(tr("Actor, connection, runner, view or command"));
    m_input->setAccessibleName(tr("Search"));
    m_input->installEventFilter(this);
    m_list = new QListWidget(this);
    m_list->setAccessibleName(tr("Found"));
    m_list->setFocusPolicy(Qt::NoFocus);
    all->addWidget(m_input);
    all->addWidget(m_list, 1);
    connect(m_input, &QLineEdit::textChanged, this, &CommandPalette::search);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::take);
    search({});
}

int CommandPalette::score(const QString &pattern, const QString &text)
{
    if (pattern.isEmpty())
        return 0;
    const auto at = text.indexOf(pattern, 0, Qt::CaseInsensitive);
    if (at >= 0)
        return 1000 - int(std::min<qsizetype>(at, 400)) - int(std::min<qsizetype>(text.size(), 400)) / 4;
    qsizetype from = 0;
    qsizetype spread = 0;
    for (const QChar c : pattern) {
        const auto next = text.indexOf(c, from, Qt::CaseInsensitive);
        if (next < 0)
            return -1;
        spread += next - from;
        from = next + 1;
    }
    return 300 - int(std::min<qsizetype>(spread, 290));
}

void CommandPalette::search(const QString &text)
{
    struct Found
    {
        int score;
        QString kind, id, title, icon;
        Color tone;
        QAction *action;
    };
    std::vector<Found> found;
    const auto offer = [&](Found entry, const QString &haystack) {
        entry.score = score(text, haystack);
        if (entry.score < 0)
            return;
        found.push_back(std::move(entry));
        if (found.size() > 20 * kMaxResults) { // keeps the work bounded with 100 000 rows
            std::nth_element(found.begin(), found.begin() + kMaxResults, found.end(),
                             [](const Found &a, const Found &b) { return a.score > b.score; });
            found.resize(kMaxResults);
        }
    };
    for (QAction *action : m_actions) {
        const QString title = action->text().remove(u'&');
        if (action->isEnabled() && !title.isEmpty())
            offer({0, {}, {}, QString(title % u"   " % action->shortcut().toString(QKeySequence::NativeText)),
                   QStringLiteral("search"), Color::Muted, action},
                  title);
    }
    if (!text.isEmpty()) {
        m_session.runners().forEach([&](const monitor::RunnerInfo &runner) {
            const Words::Look look = Words::look(runner.state);
            const QString title = QString(tr("Runner") % u' ' % runner.name % u' ' % runner.key % u"   " % runner.runnerId);
            offer({0, QStringLiteral("runners"), runner.runnerId, title, look.icon, look.tone, nullptr}, title);
        });
        m_session.actors().forEach([&](const monitor::ActorInfo &actor) {
            const Words::Look look = Words::look(actor.state);
            const QString title = QString(actor.name % u' ' % actor.key % u"   " % actor.actorId);
            offer({0, QStringLiteral("actors"), actor.actorId, title, look.icon, look.tone, nullptr}, title);
        });
        m_session.connections().forEach([&](const monitor::ConnectionInfo &connection) {
            const Words::Look look = Words::look(connection.state);
            const QString title = QString(tr("Connection") % u' ' % connection.path % u"   " % connection.connectionId % u' '
                                          % connection.requestId);
            offer({0, QStringLiteral("connections"), connection.connectionId, title, look.icon, look.tone, nullptr}, title);
        });
    }
    std::stable_sort(found.begin(), found.end(), [](const Found &a, const Found &b) { return a.score > b.score; });
    if (found.size() > kMaxResults)
        found.resize(kMaxResults);
    m_list->clear();
    for (const Found &entry : found) {
        auto *item = new QListWidgetItem(QIcon(m_theme.pixmap(entry.icon, m_theme.color(entry.tone), m_theme.px(16), devicePixelRatioF())),
                                         entry.title, m_list);
        item->setData(Qt::UserRole, entry.kind);
        item->setData(Qt::UserRole + 1, entry.id);
        item->setData(Qt::UserRole + 2, m_actions.indexOf(entry.action));
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::take()
{
    const QListWidgetItem *item = m_list->currentItem();
    if (!item)
        return;
    const QString kind = item->data(Qt::UserRole).toString();
    const QString id = item->data(Qt::UserRole + 1).toString();
    const int action = item->data(Qt::UserRole + 2).toInt();
    accept();
    if (!kind.isEmpty())
        Q_EMIT chosen(kind, id);
    else if (action >= 0 && action < m_actions.size())
        m_actions.at(action)->trigger();
}

bool CommandPalette::eventFilter(QObject *object, QEvent *event)
{
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        const int count = m_list->count();
        if ((key == Qt::Key_Down || key == Qt::Key_Up) && count > 0) {
            m_list->setCurrentRow((m_list->currentRow() + (key == Qt::Key_Down ? 1 : count - 1)) % count);
            return true;
        }
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            take();
            return true;
        }
    }
    return QDialog::eventFilter(object, event);
}

} // namespace dormouse
