// SPDX-License-Identifier: Apache-2.0
#include "ui/clientpanel.h"

#include "models/format.h"

#include <QCheckBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

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
    m_input = new QLineEdit(this);
    m_input->setPlaceholderText(tr("Message; Enter sends"));
    m_input->setAccessibleName(tr("Message to send"));
    m_hex = new QCheckBox(tr("Hex (binary)"), this);
    m_hex->setAccessibleName(tr("Send as binary, written in hex"));
    m_send = new QPushButton(tr("Send"), this);
    m_send->setAccessibleName(tr("Send the message"));
    m_close = new QPushButton(tr("Close"), this);
    m_close->setAccessibleName(tr("Close this WebSocket"));
    bottom->addWidget(m_input, 1);
    bottom->addWidget(m_hex);
    bottom->addWidget(m_send);
    bottom->addWidget(m_close);
    all->addLayout(bottom);
    connect(m_connect, &QPushButton::clicked, this, &ClientPanel::open);
    connect(m_url, &QLineEdit::returnPressed, this, &ClientPanel::open);
    connect(m_send, &QPushButton::clicked, this, &ClientPanel::send);
    connect(m_input, &QLineEdit::returnPressed, this, &ClientPanel::send);
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
    const int number = connection->number = m_book->next++;
    connection->url = url;
    QStringList protocols;
    const QStringList typed = m_protocols->text().split(u',', Qt::SkipEmptyParts);
    for (const QString &protocol : typed)
        protocols.append(protocol.trimmed());
    const std::weak_ptr<Book> book(m_book);
    const auto panel = [book] {
        const auto held = book.lock();
        return held ? held->panel : nullptr;
    };
    ClientConnector::Events events;
    events.opened = [panel, number] {
        ClientPanel *self = panel();
        if (Connection *c = self ? self->find(number) : nullptr) {
            c->state = Connection::State::Open;
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
        ClientPanel *self = panel();
        if (Connection *c = self ? self->find(number) : nullptr) {
            c->state = Connection::State::Closed;
            self->note(number, QStringLiteral("○"),
                       tr("closed %1 %2").arg(code ? QString::number(*code) : tr("without a code"), detail));
            self->relist();
        }
    };
    Connection *raw = connection.get();
    m_book->all.push_back(std::move(connection));
    note(number, QStringLiteral("○"), tr("connecting to %1").arg(url));
    raw->socket = m_connector->open(url, protocols, std::move(events));
    relist();
    m_list->setCurrentRow(int(m_book->all.size()) - 1);
    m_input->setFocus();
}

void ClientPanel::send()
{
    Connection *connection = current();
    if (!connection || !connection->isOpen() || !connection->socket)
        return;
    const QString text = m_input->text();
    const QByteArray payload = m_hex->isChecked() ? QByteArray::fromHex(text.toLatin1()) : text.toUtf8();
    connection->socket->send(payload, m_hex->isChecked());
    note(connection->number, QStringLiteral("→"), m_hex->isChecked() ? QString::fromLatin1(payload.toHex(' ')) : text);
    m_input->clear();
}

void ClientPanel::closeCurrent()
{
    if (Connection *connection = current(); connection && connection->isOpen() && connection->socket)
        connection->socket->close(1000, QStringLiteral("console"));
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
        case Connection::State::Closed:
            state = tr("closed");
            break;
        }
        m_list->addItem(QString(u'#' % QString::number(connection->number) % u"  " % state));
    }
    m_list->setCurrentRow(std::min(row, m_list->count() - 1));
    m_list->blockSignals(false);
    const Connection *now = current();
    m_send->setEnabled(now && now->isOpen());
    m_close->setEnabled(now && now->isOpen());
    m_input->setEnabled(now && now->isOpen());
}

void ClientPanel::showCurrent()
{
    m_transcript->clear();
    const Connection *connection = current();
    if (connection)
        for (const Line &line : connection->lines)
            m_transcript->appendPlainText(QString(timeText(line.ts) % u"  " % line.mark % u"  " % line.text));
    m_send->setEnabled(connection && connection->isOpen());
    m_close->setEnabled(connection && connection->isOpen());
    m_input->setEnabled(connection && connection->isOpen());
}

} // namespace dormouse
