// SPDX-License-Identifier: Apache-2.0
#include "ui/guide.h"

#include "ui/pages.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace dormouse {

Guide::Guide(Session &session, const ThemeManager &theme, QWidget *page) : QFrame(page), m_session(session), m_theme(theme)
{
    setObjectName(QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    setAutoFillBackground(true);
    setAccessibleName(tr("First steps"));
    auto *all = new QVBoxLayout(makeScrollArea(this, tr("First steps"), 1)->widget());
    all->setContentsMargins(24, 16, 24, 16);
    all->setSpacing(12);
    auto *title = new QLabel(tr("FIRST STEPS"), this);
    title->setProperty("role", QStringLiteral("section"));
    all->addWidget(title);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(10);
    grid->setColumnStretch(1, 1);
    for (int step = 0; step < StepCount; ++step) {
        m_icons[step] = new QLabel(this);
        m_texts[step] = new QLabel(this);
        m_texts[step]->setWordWrap(true);
        grid->addWidget(m_icons[step], step < Runner ? step : step + 1, 0, Qt::AlignTop);
        grid->addWidget(m_texts[step], step < Runner ? step : step + 1, 1);
    }
    m_lines = new QPlainTextEdit(this);
    m_lines->setReadOnly(true);
    m_lines->setAccessibleName(tr("Lines for a terminal"));
    m_lines->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_lines->setFont(theme.monoFont());
    m_lines->setFixedHeight(QFontMetrics(m_lines->font()).lineSpacing() * 5);
    auto *lines = new QHBoxLayout;
    lines->addWidget(m_lines, 1);
    auto *copy = new QPushButton(tr("Copy"), this);
    copy->setAccessibleName(tr("Copy the lines"));
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_lines->toPlainText()); });
    lines->addWidget(copy, 0, Qt::AlignTop);
    grid->addLayout(lines, Runner, 1);
    all->addLayout(grid);
    auto *buttons = new QHBoxLayout;
    m_create = new QPushButton(tr("Create actor…"), this);
    m_create->setAccessibleName(tr("Create the first actor"));
    m_client = new QPushButton(tr("Open it in the Client view"), this);
    m_client->setAccessibleName(tr("Open it in the Client view"));
    auto *close = new QPushButton(tr("Dismiss"), this);
    close->setAccessibleName(tr("Dismiss the first steps"));
    connect(m_create, &QPushButton::clicked, this, &Guide::createWanted);
    connect(m_client, &QPushButton::clicked, this, &Guide::clientWanted);
    connect(close, &QPushButton::clicked, this, &Guide::dismiss);
    buttons->addWidget(m_create);
    buttons->addWidget(m_client);
    buttons->addStretch();
    buttons->addWidget(close);
    all->addLayout(buttons);
    all->addStretch();
    page->installEventFilter(this);
    connect(&session, &Session::framesChanged, this, &Guide::refresh);
    connect(&session, &Session::linkChanged, this, &Guide::refresh);
    connect(&theme, &ThemeManager::changed, this, &Guide::refresh);
    hide();
}

QString Guide::commands(const QString &engineUrl)
{
    return QString(
        u"mkdir -p first-actor && cd first-actor\n"
        u"npm install @rivetkit/engine-runner@2.2.1\n"
        u"node --input-type=module -e \"import {Runner} from '@rivetkit/engine-runner'; new Runner({version: 1, endpoint: '"
        % engineUrl
        % u"', namespace: 'default', totalSlots: 100, runnerName: 'default', runnerKey: 'first', "
          u"prepopulateActorNames: {echo: {metadata: {}}}, hibernatableWebSocket: {canHibernate: () => false}, "
          u"fetch: async () => new Response('hello'), "
          u"websocket: async (_r, _id, ws) => ws.addEventListener('message', (m) => ws.send('echo: ' + m.data)), "
          u"onConnected: () => {}, onDisconnected: () => {}, onShutdown: () => {}, "
          u"onActorStart: async () => {}, onActorStop: async () => {}}).start()\"\n");
}

void Guide::open()
{
    m_dismissed = false;
    m_decided = true;
    show();
    refresh();
    place();
    raise();
}

void Guide::takeOver(const Guide &old)
{
    m_dismissed = old.m_dismissed;
    m_decided = old.m_decided;
    if (!old.isHidden())
        open();
}

void Guide::dismiss()
{
    m_dismissed = true;
    hide();
    Q_EMIT dismissed();
}

void Guide::refresh()
{
    const bool live = m_session.commandsAllowed() && m_session.framesApplied() > 0;
    if (live && !m_decided) {
        m_decided = true;
        if (!m_dismissed && m_session.runners().liveCount() == 0 && m_session.actors().liveCount() == 0)
            open();
    }
    if (isHidden())
        return;
    const QString url = m_session.cluster().info().listenUrl;
    const bool runner = m_session.runners().liveCount() > 0;
    const bool actor = m_session.actors().liveCount() > 0;
    m_done[Engine] = live;
    m_done[Paste] = runner;
    m_done[Runner] = runner;
    m_done[Actor] = actor;
    bool spoken = false; // the console's own connections count here
    m_session.connections().forEach([&](const monitor::ConnectionInfo &connection) {
        spoken = spoken || (connection.messagesIn.value_or(0) > 0 && connection.messagesOut.value_or(0) > 0);
    });
    m_done[Client] = spoken;
    const QString texts[StepCount] = {
        live ? tr("1  An engine runs at %1").arg(url) : tr("1  No engine that takes commands is connected"),
        tr("2  Paste this into a terminal: it starts a runner that knows one actor, \"echo\" (needs Node.js)"),
        runner ? tr("3  The runner is connected") : tr("3  Waiting for the runner …"),
        tr("4  Create an actor with the name echo and the pool default"),
        tr("5  Open it in the Client view, connect and send a message; the actor sends it back")};
    for (int step = 0; step < StepCount; ++step) {
        m_texts[step]->setText(texts[step]);
        m_icons[step]->setPixmap(m_theme.pixmap(m_done[step] ? QStringLiteral("state-ok") : QStringLiteral("state-pending"),
                                                m_theme.color(m_done[step] ? Color::Good : Color::Muted), m_theme.px(16), devicePixelRatioF()));
        m_icons[step]->setAccessibleName(m_done[step] ? tr("Done") : tr("Open"));
    }
    const QString lines = commands(url);
    if (m_lines->toPlainText() != lines)
        m_lines->setPlainText(lines);
    m_create->setEnabled(live && runner);
    m_client->setEnabled(actor);
}

void Guide::place()
{
    setGeometry(parentWidget()->rect());
}

bool Guide::eventFilter(QObject *object, QEvent *event)
{
    if (object == parentWidget() && event->type() == QEvent::Resize)
        place();
    return QFrame::eventFilter(object, event);
}

void Guide::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QFrame::keyPressEvent(event);
}

} // namespace dormouse
