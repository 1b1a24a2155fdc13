// SPDX-License-Identifier: Apache-2.0
#include "engine/net/serverconnection.h"

#include "engine/net/connectionexchange.h"
#include "engine/net/httpserver.h"
#include "engine/net/tlstransport.h"

namespace dormouse {

namespace {

constexpr qsizetype kEarlyFlushBytes = 256 * 1024;
constexpr qsizetype kHeldInputBytes = 64 * 1024; ///< beyond it nothing is read while nobody takes it
constexpr qsizetype kCompactBytes = 1024 * 1024;
constexpr int kWebSocketKeyBytes = 16;
constexpr int kCostPerTurn = 256; ///< of one connection; a message counts 1
constexpr int kCostOfRequest = 8;
constexpr int kCostBetweenLooks = 32; ///< at the clock
constexpr int kTlsHandshake = 0x16; // record type; no HTTP method begins with it

/// Names the request in the report of a turn; holds what it needs, because the request may be over by then.
class RequestScope
{
public:
    RequestScope(TurnWatch *turns, const HttpHead &head)
        : m_method(head.method), m_target(head.target), m_scope(turns, "request", &RequestScope::describe, this)
    {}

private:
    static QByteArray describe(const void *request)
    {
        const auto *self = static_cast<const RequestScope *>(request);
        const qsizetype query = self->m_target.indexOf('?'); // may hold a token
        return self->m_method + ' ' + self->m_target.left(query);
    }

    const QByteArray m_method;
    const QByteArray m_target;
    const TurnWatch::Scope m_scope; // last: its end describes
};

} // namespace

ServerConnection::ServerConnection(HttpServer &server, int descriptor, const QByteArray &peerAddress)
    : m_server(server),
      m_transport(std::make_unique<PlainTransport>(*server.m_descriptors, descriptor,
                                                   static_cast<ServerTransport::Owner &>(*this))),
      m_parser(std::make_unique<HttpParser>(server.m_options.parser)),
      m_peerAddress(peerAddress),
      m_acceptedMs(server.m_clock.monoMs()),
      m_undecided(server.m_options.tls.has_value())
{}

ServerConnection::~ServerConnection()
{
    cancelTimer(m_timer);
    if (const auto exchange = m_exchange.lock())
        exchange->detach();
    if (m_upgrade)
        m_upgrade->connectionLost();
    m_session.reset();
    if (m_dirty)
        std::erase(m_server.m_dirty, this);
    if (m_processQueued) {
        std::erase(m_server.m_queued, this);
        std::erase(m_server.m_later, this);
    }
}

void ServerConnection::start()
{
    armRequestTimer();
    updateInterest();
}

void ServerConnection::endIfIdle()
{
    if (m_state == State::Request && !m_requestBegun)
        endTransport();
}

QByteArray ServerConnection::dateHeader()
{
    return m_server.dateHeader();
}

TimerId ServerConnection::startTimer(qint64 delayMs, TimerWheel::Callback callback)
{
    return m_server.m_wheel.schedule(m_server.m_clock.monoMs() + delayMs, std::move(callback));
}

void ServerConnection::cancelTimer(TimerId &timer)
{
    m_server.m_wheel.cancel(std::exchange(timer, 0));
}

qint64 ServerConnection::bytesQueued() const
{
    return m_output.size() - m_outputAt + m_transport->bytesHeld();
}

qint64 ServerConnection::bytesUnsent() const
{
    return m_output.size() - m_outputAt + m_transport->bytesUnsent();
}

QByteArray &ServerConnection::output()
{
    if (m_output.capacity() == 0)
        m_output = m_server.takeBuffer();
    return m_output;
}

void ServerConnection::outputGrew()
{
    if (m_output.size() - m_outputAt > kEarlyFlushBytes)
        flush();
    else if (!std::exchange(m_dirty, true))
        m_server.scheduleFlush(this);
}

void ServerConnection::flush()
{
    m_dirty = false;
    bool moved = false;
    while (!m_lost && !m_broken && !m_blocked && m_outputAt < m_output.size()) {
        const qint64 taken = m_transport->write(m_output.constData() + m_outputAt, m_output.size() - m_outputAt,
                                                m_state == State::Lingering && !m_endSent);
        if (taken == 0) {
            m_blocked = true;
            break;
        }
        m_broken = taken < 0;
        m_outputAt += std::max<qint64>(taken, 0);
        moved = true;
        if (m_server.m_series)
            m_server.m_series->writes.add();
    }
    if (m_lost || m_broken || m_outputAt >= m_output.size()) {
        if (m_output.capacity() > 0)
            m_server.giveBuffer(std::exchange(m_output, {}));
        m_outputAt = 0;
    } else if (m_outputAt > kCompactBytes && m_outputAt > m_output.size() / 2) {
        m_output.remove(0, std::exchange(m_outputAt, 0));
    }
    if (m_broken && !m_lost)
        queueProcess(); // what the peer sent before it left is still to be read
    updateInterest();
    if (moved && !m_broken)
        bytesWritten();
}

void ServerConnection::transportWritable()
{
    m_blocked = false;
    flush();
    // Also when there was nothing left to flush: what the transport held may have become less.
    if (m_state != State::Dead && !m_lost && !m_broken)
        bytesWritten();
}

void ServerConnection::bytesWritten()
{
    m_progressed = true;
    if (m_state == State::Lingering)
        lingerStep();
    else if (m_session)
        m_session->transportWritten();
}

void ServerConnection::queueProcess()
{
    if (!std::exchange(m_processQueued, true))
        m_server.scheduleProcess(this);
}

bool ServerConnection::mayProcess(int cost)
{
    if (m_continues)
        return false;
    const int before = std::exchange(m_processed, m_processed + cost);
    const bool looks = before / kCostBetweenLooks != m_processed / kCostBetweenLooks;
    if (m_processed < kCostPerTurn && !(looks && m_server.turnExhausted()))
        return true;
    m_continues = true;
    if (!std::exchange(m_processQueued, true))
        m_server.scheduleNextTurn(this);
    return false;
}

QByteArray ServerConnection::describe() const
{
    switch (m_state) {
    case State::WebSocket: return "WebSocket " + m_target.left(m_target.indexOf('?')) + " of " + m_peerAddress;
    case State::Request:
    case State::Answering:
    case State::Upgrading:
    case State::Lingering:
    case State::Dead: break;
    }
    return "connection of " + m_peerAddress;
}

void ServerConnection::processQueued()
{
    m_processQueued = false;
    m_continues = false;
    m_processed = 0;
    if (m_broken && !m_lost)
        readToEnd();
    else
        processInput();
}

/// The first input of a connection has come; true when it was the beginning of TLS.
bool ServerConnection::startTls()
{
    auto *plain = static_cast<PlainTransport *>(m_transport.get());
    if (plain->peek() != kTlsHandshake)
        return false;
    const int descriptor = plain->release();
    m_server.m_replaced.push_back(std::move(m_transport));
    m_transport = std::make_unique<TlsTransport>(descriptor, *m_server.m_options.tls,
                                                 static_cast<ServerTransport::Owner &>(*this));
    updateInterest();
    return true;
}

void ServerConnection::transportReadable()
{
    if (m_lost || (std::exchange(m_undecided, false) && startTls()))
        return;
    if (!m_continues)
        m_processed = 0;
    const qint64 size = m_transport->read(m_server.m_scratch.data(), m_server.m_scratch.size());
    if (size == 0)
        return;
    if (size < 0) {
        m_lost = true;
        updateInterest();
        processInput();
        return;
    }
    if (m_state == State::Lingering || m_state == State::Dead)
        return;
    const QByteArrayView bytes(m_server.m_scratch.constData(), size);
    if (m_input.isEmpty())
        m_incoming = bytes;
    else
        m_input.append(bytes);
    processInput();
    if (!m_incoming.isEmpty()) {
        // The shared buffer belongs to the next one.
        m_input = m_incoming.toByteArray();
        m_inputAt = 0;
        m_incoming = {};
    }
    updateInterest();
}

/// Takes what the system still holds (bounded by its own buffer) and declares the connection lost.
void ServerConnection::readToEnd()
{
    while (!m_lost) {
        const qint64 size = m_transport->read(m_server.m_scratch.data(), m_server.m_scratch.size());
        if (size <= 0)
            m_lost = true;
        else if (m_state != State::Lingering)
            m_input.append(QByteArrayView(m_server.m_scratch.constData(), size));
    }
    updateInterest();
    processInput();
}

void ServerConnection::updateInterest()
{
    if (m_state == State::Dead)
        return;
    const bool room = m_state == State::Lingering || (!m_continues && m_input.size() - m_inputAt < kHeldInputBytes);
    if (m_lost)
        m_transport->setInterest(false, false);
    else
        m_transport->setInterest(room, m_blocked);
}

/// Input that is to be used next: what was kept, else what has just come. Valid until keep().
QByteArrayView ServerConnection::available()
{
    return m_input.isEmpty() ? m_incoming : QByteArrayView(m_input).sliced(m_inputAt);
}

void ServerConnection::keep(QByteArrayView rest)
{
    if (m_input.isEmpty()) {
        m_incoming = rest;
    } else if (rest.isEmpty()) {
        m_input = {};
        m_inputAt = 0;
    } else {
        m_inputAt = m_input.size() - rest.size();
    }
}

void ServerConnection::processInput()
{
    if (m_processing || m_state == State::Dead)
        return;
    m_processing = true;
    if (m_bodyOpen)
        processBody();
    if (m_state == State::Request)
        processRequests();
    if (m_session)
        processWebSocket();
    m_processing = false;
    if (m_lost)
        ended();
    else
        updateInterest();
}

void ServerConnection::processRequests()
{
    while (m_state == State::Request) {
        if (m_parser->state() == HttpParser::State::Head || m_parser->state() == HttpParser::State::Body) {
            const QByteArrayView bytes = available();
            if (bytes.isEmpty()) {
                if (m_parser->state() == HttpParser::State::Body)
                    bodyAwaited();
                return;
            }
            keep(bytes.sliced(m_parser->feed(bytes)));
        }
        switch (m_parser->state()) {
        case HttpParser::State::Head:
            if (!m_requestBegun && !m_parser->isIdle()) {
                m_requestBegun = true;
                armRequestTimer();
            }
            break;
        case HttpParser::State::HeadReady:
            m_requestBegun = true;
            headReady();
            break;
        case HttpParser::State::Body:
            armRequestTimer();
            break;
        case HttpParser::State::Complete:
            dispatch(m_parser->keepAlive());
            if (m_state == State::Request && !available().isEmpty() && !mayProcess(kCostOfRequest))
                return;
            break;
        case HttpParser::State::Failed:
            fail(m_parser->failureStatus(), m_parser->failureReason());
            break;
        }
    }
}

void ServerConnection::headReady()
{
    HttpHead &head = m_parser->head();
    head.peerAddress = m_peerAddress;
    if (head.isWebSocketUpgrade()) {
        startUpgrade();
        return;
    }
    // Most have none, and the limit of one depends on where the request goes.
    m_parser->readBody(m_parser->hasBody() ? m_server.m_handler.maxBodyBytes(head) : 0);
    if (m_parser->state() != HttpParser::State::Body)
        return;
    armRequestTimer();
    if (m_parser->expectsContinue()) {
        if (!announceBody()) {
            // Whether the body comes after all is unknown, so nothing after it could be read.
            dispatch(false);
            return;
        }
        m_output += "HTTP/1.1 100 Continue\r\n\r\n";
        outputGrew();
    }
}

bool ServerConnection::announceBody()
{
    return std::exchange(m_bodyAnnounced, true) || m_server.m_handler.wantsBody(m_parser->head());
}

void ServerConnection::dispatch(bool keepAlive)
{
    cancelTimer(m_timer);
    m_state = State::Answering;
    auto exchange = std::make_shared<ConnectionExchange>(*this, std::move(m_parser->head()), m_parser->takeBody(),
                                                         keepAlive, !m_bodyOpen);
    m_exchange = exchange;
    const RequestScope scope(m_server.m_options.turns, exchange->head());
    m_server.m_handler.handleRequest(std::move(exchange));
}

void ServerConnection::startUpgrade()
{
    const HttpHead &head = m_parser->head();
    if (m_parser->hasBody()) {
        fail(400, "upgrade request with a body");
        return;
    }
    if (head.header("sec-websocket-version") != "13") {
        auto [headers, body] = m_server.m_handler.errorAnswer(&head, 400, "unsupported WebSocket version");
        headers.emplace_back("sec-websocket-version", "13");
        answerPlain(&head, 400, headers, body);
        return;
    }
    const auto key = QByteArray::fromBase64Encoding(head.header("sec-websocket-key"),
                                                    QByteArray::AbortOnBase64DecodingErrors);
    if (!key || key.decoded.size() != kWebSocketKeyBytes) {
        fail(400, "malformed sec-websocket-key");
        return;
    }
    cancelTimer(m_timer);
    m_state = State::Upgrading;
    auto upgrade = std::make_unique<ConnectionUpgrade>(*this, std::move(m_parser->head()));
    m_upgrade = upgrade.get();
    const RequestScope scope(m_server.m_options.turns, upgrade->head());
    m_server.m_handler.handleUpgrade(std::move(upgrade));
}

std::unique_ptr<Channel> ServerConnection::acceptUpgrade(const HttpHead &head, const QByteArray &protocol,
                                                         const HeaderList &extraHeaders)
{
    m_upgrade = nullptr;
    if (m_lost)
        return nullptr;
    QByteArray framing = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: "
        + webSocketAcceptKey(head.header("sec-websocket-key")) + "\r\n";
    if (!protocol.isEmpty() && isHttpToken(protocol))
        framing += "sec-websocket-protocol: " + protocol + "\r\n";
    appendHead(output(), 101, extraHeaders, dateHeader(), framing, nullptr, true);
    outputGrew();
    WebSocketCodec::Options options = m_server.m_options.webSocket;
    if (m_server.m_options.tooLargeReason)
        options.tooLargeReason = m_server.m_options.tooLargeReason(head, extraHeaders);
    m_state = State::WebSocket;
    m_target = head.target;
    m_parser.reset();
    m_session = std::make_unique<ServerWebSocket>(*this, options);
    queueProcess(); // early frames, once the caller has set its listener
    return m_session->makeChannel(m_peerAddress);
}

void ServerConnection::processWebSocket()
{
    m_session->deliver();
    while (m_state == State::WebSocket && m_session->wantsInput() && !m_continues) {
        QByteArrayView bytes = available();
        if (bytes.isEmpty())
            return;
        m_session->receive(bytes);
        keep(bytes);
    }
}

/// TCP has ended: tells whoever is concerned, as soon as the bytes that came before have been used.
void ServerConnection::ended()
{
    if (m_state == State::Dead)
        return;
    if (m_session) {
        if (m_state == State::WebSocket && !available().isEmpty() && m_session->isOpen())
            return; // held back by setReading(false); goes on from there
        m_session->transportLost();
        if (m_session->isReported())
            die();
        return;
    }
    if (m_upgrade)
        std::exchange(m_upgrade, nullptr)->connectionLost();
    const auto exchange = m_exchange.lock();
    die();
    if (exchange)
        exchange->connectionLost();
}

void ServerConnection::sessionReported()
{
    if (m_lost)
        die();
}

void ServerConnection::startCloseTimer()
{
    cancelTimer(m_timer);
    m_timer = startTimer(m_server.m_options.closeLingerMs, [this] {
        m_timer = 0;
        m_session->closeTimedOut();
    });
}

void ServerConnection::fail(int status, const QByteArray &reason)
{
    const HttpHead *head = m_parser && m_parser->hasHead() ? &m_parser->head() : nullptr;
    const auto [headers, body] = m_server.m_handler.errorAnswer(head, status, reason);
    answerPlain(head, status, headers, body);
}

void ServerConnection::answerPlain(const HttpHead *head, int status, const HeaderList &headers, const QByteArray &body)
{
    m_upgrade = nullptr;
    const QByteArray framing =
        statusHasBody(status) ? "content-length: " + QByteArray::number(body.size()) + "\r\n" : QByteArray();
    appendHead(output(), status, headers, dateHeader(), framing, head, false);
    if (statusHasBody(status) && !(head && head->method == "HEAD"))
        m_output += body;
    endTransport();
}

void ServerConnection::answerComplete(bool keepAlive)
{
    m_exchange.reset();
    m_bodyOpen = false;
    if (!keepAlive || m_server.m_shutDown) {
        endTransport();
        return;
    }
    m_parser->reset();
    m_firstRequest = false;
    m_requestBegun = false;
    m_bodyAnnounced = false;
    m_bodyModeAsked = false;
    m_state = State::Request;
    armRequestTimer();
    if (!m_processing && !available().isEmpty())
        queueProcess();
}

void ServerConnection::armRequestTimer()
{
    const HttpServerOptions &options = m_server.m_options;
    qint64 delayMs = options.headTimeoutMs;
    if (m_parser->state() == HttpParser::State::Body)
        delayMs = options.bodyIdleTimeoutMs;
    else if (!m_requestBegun && !m_firstRequest)
        delayMs = options.keepAliveTimeoutMs;
    cancelTimer(m_timer);
    m_progressed = false;
    m_timer = startTimer(delayMs, [this] {
        m_timer = 0;
        requestTimedOut();
    });
}

void ServerConnection::requestTimedOut()
{
    const bool idle = !m_requestBegun && !m_firstRequest;
    if (idle && m_progressed && bytesQueued() > 0)
        armRequestTimer(); // a slow client is still taking the previous answer
    else if (idle)
        endTransport();
    else if (m_bodyOpen)
        bodyFailed(408, "request body timed out");
    else
        fail(408, m_parser->state() == HttpParser::State::Body ? "request body timed out" : "request head timed out");
}

void ServerConnection::endTransport()
{
    if (m_state == State::Dead || m_state == State::Lingering)
        return;
    m_state = State::Lingering;
    keep({});
    flush();
    if (m_lost)
        return;
    lingerStep();
    updateInterest(); // input is still read: unread input would turn the end into a reset, which can destroy the answer
}

void ServerConnection::lingerStep()
{
    if (m_endSent)
        return;
    cancelTimer(m_timer);
    const HttpServerOptions &options = m_server.m_options;
    qint64 delayMs = options.closeLingerMs;
    if (m_outputAt >= m_output.size()) {
        m_endSent = true;
        m_transport->endWriting();
        if (m_transport->bytesHeld() > 0)
            delayMs = options.bodyIdleTimeoutMs;
    } else if (!m_session) {
        delayMs = options.bodyIdleTimeoutMs; // as long as the client keeps taking the answer
    }
    m_timer = startTimer(delayMs, [this] {
        m_timer = 0;
        abortTransport();
        queueProcess();
    });
}

void ServerConnection::abortTransport()
{
    m_upgrade = nullptr;
    m_bodyOpen = false;
    cancelTimer(m_timer);
    m_output = {};
    m_outputAt = 0;
    keep({});
    m_lost = true;
    m_transport->abort();
}

void ServerConnection::die()
{
    if (m_state == State::Dead)
        return;
    m_state = State::Dead;
    cancelTimer(m_timer);
    m_lost = true;
    m_transport->abort();
    m_server.remove(this);
}

} // namespace dormouse
