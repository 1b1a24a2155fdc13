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
    return score(Filter::Needle(pattern), pattern.toLower(), text);
}

int CommandPalette::score(const Filter::Needle &word, const QString &lower, QStringView text)
{
    if (lower.isEmpty())
        return 0;
    if (word.in(text)) {
        const auto at = text.indexOf(lower, 0, Qt::CaseInsensitive);
        return 1000 - int(std::min<qsizetype>(at, 400)) - int(std::min<qsizetype>(text.size(), 400)) / 4;
    }
    const auto fold = [](QChar c) { return c.unicode() < 0x80 ? (c >= u'A' && c <= u'Z' ? QChar(c.unicode() + 32) : c) : c.toLower(); };
    qsizetype from = 0;
    qsizetype spread = 0;
    for (const QChar c : lower) {
        qsizetype next = from;
        while (next < text.size() && fold(text[next]) != c)
            ++next;
        if (next == text.size())
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
    const Filter::Needle word(text);
    const QString lower = text.toLower();
    int least = -1; // what is not better is not among the best
    QString title; // made for each of many rows, kept for few
    const auto offer = [&](const QString &kind, const QString &id, const auto &state) {
        const int points = score(word, lower, title);
        if (points <= least)
            return;
        const Words::Look look = Words::look(state);
        found.push_back({points, kind, id, QString(title.constData(), title.size()), look.icon, look.tone, nullptr});
        if (found.size() > 20 * kMaxResults) { // keeps the work bounded with 100 000 rows
            std::nth_element(found.begin(), found.begin() + kMaxResults, found.end(),
                             [](const Found &a, const Found &b) { return a.score > b.score; });
            least = std::min_element(found.begin(), found.begin() + kMaxResults, [](const Found &a, const Found &b) { return a.score < b.score; })->score;
            found.resize(kMaxResults);
        }
    };
    for (QAction *action : m_actions) {
        const QString name = action->text().remove(u'&');
        const int points = score(word, lower, name);
        if (action->isEnabled() && !name.isEmpty() && points >= 0)
            found.push_back({points, {}, {}, QString(name % u"   " % action->shortcut().toString(QKeySequence::NativeText)),
                             QStringLiteral("search"), Color::Muted, action});
    }
    if (!text.isEmpty()) {
        const auto write = [&](std::initializer_list<QStringView> parts) {
            title.resize(0);
            for (const QStringView part : parts)
                title.append(part);
        };
        const QString ofRunner = tr("Runner"), ofConnection = tr("Connection");
        title.reserve(256);
        m_session.runners().forEach([&](const monitor::RunnerInfo &runner) {
            write({ofRunner, u" ", runner.name, u" ", runner.key, u"   ", runner.runnerId});
            offer(QStringLiteral("runners"), runner.runnerId, runner.state);
        });
        m_session.actors().forEach([&](const monitor::ActorInfo &actor) {
            write({actor.name, u" ", actor.key, u"   ", actor.actorId});
            offer(QStringLiteral("actors"), actor.actorId, actor.state);
        });
        m_session.connections().forEach([&](const monitor::ConnectionInfo &connection) {
            write({ofConnection, u" ", connection.path, u"   ", connection.connectionId, u" ", connection.requestId});
            offer(QStringLiteral("connections"), connection.connectionId, connection.state);
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
