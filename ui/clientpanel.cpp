// SPDX-License-Identifier: Apache-2.0
#include "ui/clientpanel.h"

#include "models/format.h"
#include "ui/composer.h"

#include <QCheckBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace dormouse {

ClientPanel::ClientPanel(ClientConnector *connector, Session &session, const ThemeManager &theme, QWidget *parent)
    : Page(session, theme, parent), m_connector(connector)
{
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(12, 8, 12, 8);
    all->setSpacing(8);
    auto *top = new QHBoxLayout;
    m_url = new QLineEdit(this);
    m_url->setPlaceholderText(tr("ws://127.0.0.1:6420/gateway/ACTOR/websocket: choose an actor to fill this in"));
    m_url->setAccessibleName(tr("WebSocket URL"));
    m_protocols = new QLineEdit(this);
    m_protocols->setPlaceholderText(tr("Subprotocols, comma separated"));
    m_protocols->setAccessibleName(tr("Subprotocols"));
    m_protocols->setMaximumWidth(theme.px(220));
    m_connect = new QPushButton(tr("Connect"), this);
    m_connect->setAccessibleName(tr("Open a WebSocket"));
    m_connect->setEnabled(connector);
    top->addWidget(m_url, 1);
    top->addWidget(m_protocols);
    m_again = new QCheckBox(tr("Reconnect"), this);
    m_again->setAccessibleName(tr("Connect again when the connection is lost"));
    m_again->setToolTip(tr("After half a second, then after twice as long each time, up to 15 seconds"));
    connect(m_again, &QCheckBox::toggled, this, [this](bool on) {
        if (Connection *connection = current())
            connection->reconnect = on;
    });
    top->addWidget(m_again);
    top->addWidget(m_connect);
    all->addLayout(top);
    auto *middle = new QHBoxLayout;
    m_list = new QListWidget(this);
    m_list->setAccessibleName(tr("My connections"));
    m_list->setObjectName(QStringLiteral("boxed"));
    m_list->setFixedWidth(theme.px(180));
    middle->addWidget(m_list);
    m_transcript = new QPlainTextEdit(this);
    m_transcript->setReadOnly(true);
    m_transcript->setMaximumBlockCount(kMaxLines);
    m_transcript->setAccessibleName(tr("Transcript"));
    m_transcript->setFont(theme.monoFont());
    m_transcript->setPlaceholderText(connector ? tr("Open a connection and talk to an actor like a client does.")
                                               : tr("This view cannot open connections."));
    middle->addWidget(m_transcript, 1);
    all->addLayout(middle, 1);
    auto *bottom = new QHBoxLayout;
    m_composer = new Composer(theme, this);
    m_close = new QPushButton(tr("Close"), this);
    m_close->setAccessibleName(tr("Close this WebSocket"));
    bottom->addWidget(m_composer, 1);
    bottom->addWidget(m_close);
    all->addLayout(bottom);
    connect(m_connect, &QPushButton::clicked, this, &ClientPanel::open);
    connect(m_url, &QLineEdit::returnPressed, this, &ClientPanel::open);
    connect(m_composer, &Composer::sendWanted, this, &ClientPanel::send);
    connect(m_close, &QPushButton::clicked, this, &ClientPanel::closeCurrent);
    connect(m_list, &QListWidget::currentRowChanged, this, &ClientPanel::showCurrent);
    m_book->panel = this;
    showCurrent();
}

ClientPanel::~ClientPanel()
{
    m_list->disconnect(this);
    if (m_book->panel == this)
        m_book->panel = nullptr;
}

void ClientPanel::takeOver(Page &old)
{
    auto &from = static_cast<ClientPanel &>(old);
    m_suggested = from.m_suggested;
    m_book = from.m_book;
    m_book->panel = this;
    m_composer->takeOver(*from.m_composer);
    relist();
    m_list->setCurrentRow(from.m_list->currentRow());
    showCurrent();
}

QString ClientPanel::urlFor(const QString &listenUrl, const QString &actorId)
{
    if (listenUrl.isEmpty() || actorId.isEmpty())
        return {};
    QString base = listenUrl;
    base.replace(0, base.startsWith(QStringLiteral("https")) ? 5 : 4,
                 base.startsWith(QStringLiteral("https")) ? QStringLiteral("wss") : QStringLiteral("ws"));
    while (base.endsWith(u'/'))
        base.chop(1);
    return QString(base % u"/gateway/" % actorId % u"/websocket");
}

void ClientPanel::refresh()
{
    const QString url = urlFor(m_session.cluster().info().listenUrl, m_session.selectedActor());
    // What the user typed stays; only our own suggestion follows the selection.
    if (!url.isEmpty() && (m_url->text().isEmpty() || m_url->text() == m_suggested)) {
        if (m_url->text() != url)
            m_url->setText(url);
        m_suggested = url;
    }
}

ClientPanel::Connection *ClientPanel::find(int number)
{
    for (const auto &connection : m_book->all)
        if (connection->number == number)
            return connection.get();
    return nullptr;
}

ClientPanel::Connection *ClientPanel::current()
{
    const int row = m_list->currentRow();
    return row >= 0 && row < int(m_book->all.size()) ? m_book->all[size_t(row)].get() : nullptr;
}

void ClientPanel::open()
{
    const QString url = m_url->text().trimmed();
    if (!m_connector || url.isEmpty())
        return;
    if (m_book->all.size() >= kMaxConnections) { // forget the oldest closed one, else refuse
        const auto closed = std::find_if(m_book->all.begin(), m_book->all.end(), [](const auto &c) { return !c->isOpen(); });
        if (closed == m_book->all.end()) {
            m_session.post(true, tr("%1 connections are open; close one first.").arg(kMaxConnections));
            return;
        }
        m_book->all.erase(closed);
    }
    auto connection = std::make_unique<Connection>();
    connection->number = m_book->next++;
    connection->url = url;
    connection->reconnect = m_again->isChecked();
    const QStringList typed = m_protocols->text().split(u',', Qt::SkipEmptyParts);
    for (const QString &protocol : typed)
        connection->protocols.append(protocol.trimmed());
    Connection &made = *connection;
    m_book->all.push_back(std::move(connection));
    connectNow(made);
    m_list->setCurrentRow(int(m_book->all.size()) - 1);
    m_composer->input()->setFocus();
}

void ClientPanel::connectNow(Connection &connection)
{
    const std::weak_ptr<Book> book(m_book);
    const auto panel = [book] {
        const auto held = book.lock();
        return held ? held->panel : nullptr;
    };
    const int number = connection.number;
    ClientConnector::Events events;
    events.opened = [panel, number] {
        ClientPanel *self = panel();
        if (Connection *c = self ? self->find(number) : nullptr) {
            c->state = Connection::State::Open;
            c->failures = 0;
            self->note(number, QStringLiteral("●"), tr("open"));
            self->relist();
        }
    };
    events.message = [panel, number](const QByteArray &payload, bool binary) {
        if (ClientPanel *self = panel())
            self->note(number, QStringLiteral("←"),
                       binary ? QString::fromLatin1(payload.left(512).toHex(' ')) : QString::fromUtf8(payload.left(4096)));
    };
    events.closed = [panel, number](std::optional<quint16> code, const QString &detail) {
        if (ClientPanel *self = panel())
            self->lost(number, code, detail);
    };
    connection.state = Connection::State::Connecting;
    note(number, QStringLiteral("○"), tr("connecting to %1").arg(connection.url));
    connection.socket = m_connector->open(connection.url, connection.protocols, std::move(events));
    relist();
}

void ClientPanel::lost(int number, std::optional<quint16> code, const QString &detail)
{
    Connection *connection = find(number);
    if (!connection)
        return;
    note(number, QStringLiteral("○"), tr("closed %1 %2").arg(code ? QString::number(*code) : tr("without a code"), detail));
    connection->state = Connection::State::Closed;
    if (connection->reconnect) {
        const int delay = std::min(kLongestRetryMs, kFirstRetryMs << std::min(connection->failures, 10));
        ++connection->failures;
        connection->state = Connection::State::Waiting;
        note(number, QStringLiteral("…"), tr("next try in %1").arg(durationText(delay)));
        retryLater(number, delay);
    }
    relist();
}

void ClientPanel::retryLater(int number, int delayMs)
{
    // The panel may be built anew while the connection waits; its book stays.
    const std::weak_ptr<Book> book(m_book);
    QTimer::singleShot(delayMs, &m_session, [book, number] {
        const auto held = book.lock();
        ClientPanel *self = held ? held->panel : nullptr;
        Connection *connection = self ? self->find(number) : nullptr;
        if (!connection || connection->state != Connection::State::Waiting)
            return;
        if (connection->reconnect) {
            self->connectNow(*connection);
        } else {
            connection->state = Connection::State::Closed;
            self->relist();
        }
    });
}

void ClientPanel::send(const QByteArray &payload, bool binary)
{
    Connection *connection = current();
    if (!connection || connection->state != Connection::State::Open || !connection->socket)
        return;
    connection->socket->send(payload, binary);
    note(connection->number, QStringLiteral("→"), binary ? QString::fromLatin1(payload.left(512).toHex(' ')) : QString::fromUtf8(payload.left(4096)));
}

void ClientPanel::closeCurrent()
{
    Connection *connection = current();
    if (!connection || !connection->isOpen())
        return;
    connection->reconnect = false; // who closes it does not want it back
    m_again->setChecked(false);
    if (connection->state == Connection::State::Waiting) {
        connection->state = Connection::State::Closed;
        relist();
    } else if (connection->socket) {
        connection->socket->close(1000, QStringLiteral("console"));
    }
}

void ClientPanel::note(int number, const QString &mark, const QString &text)
{
    Connection *connection = find(number);
    if (!connection)
        return;
    connection->lines.push_back({QDateTime::currentMSecsSinceEpoch(), mark, text});
    if (connection->lines.size() > kMaxLines)
        connection->lines.pop_front();
    const Line &line = connection->lines.back();
    if (connection == current())
        m_transcript->appendPlainText(QString(timeText(line.ts) % u"  " % line.mark % u"  " % line.text));
}

void ClientPanel::relist()
{
    const int row = m_list->currentRow();
    m_list->blockSignals(true);
    m_list->clear();
    for (const auto &connection : m_book->all) {
        QString state;
        switch (connection->state) {
        case Connection::State::Connecting:
            state = tr("connecting");
            break;
        case Connection::State::Open:
            state = tr("open");
            break;
        case Connection::State::Waiting:
            state = tr("waiting");
            break;
        case Connection::State::Closed:
            state = tr("closed");
            break;
        }
        m_list->addItem(QString(u'#' % QString::number(connection->number) % u"  " % state));
    }
    m_list->setCurrentRow(std::min(row, m_list->count() - 1));
    m_list->blockSignals(false);
    enable();
}

void ClientPanel::enable()
{
    const Connection *now = current();
    m_close->setEnabled(now && now->isOpen());
    m_composer->setPossible(now && now->state == Connection::State::Open);
}

void ClientPanel::showCurrent()
{
    m_transcript->clear();
    const Connection *connection = current();
    if (connection)
        for (const Line &line : connection->lines)
            m_transcript->appendPlainText(QString(timeText(line.ts) % u"  " % line.mark % u"  " % line.text));
    if (connection)
        m_again->setChecked(connection->reconnect);
    m_composer->stop(); // what is repeated belongs to the connection it was begun on
    enable();
}

} // namespace dormouse
