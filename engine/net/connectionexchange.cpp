// SPDX-License-Identifier: Apache-2.0
#include "engine/net/connectionexchange.h"

#include "engine/net/serverconnection.h"

#include <algorithm>

namespace dormouse {

namespace {

/// Headers that the server writes itself, whatever an answer says.
bool isServersOwn(QByteArrayView name)
{
    return isSameHttpWord(name, "connection") || isSameHttpWord(name, "keep-alive") || isSameHttpWord(name, "transfer-encoding")
        || isSameHttpWord(name, "content-length") || isSameHttpWord(name, "date");
}

void appendParts(QByteArray &out, std::initializer_list<QByteArrayView> parts)
{
    qsizetype size = 0;
    for (const QByteArrayView part : parts)
        size += part.size();
    const qsizetype start = out.size();
    out.resize(start + size);
    char *to = out.data() + start;
    for (const QByteArrayView part : parts)
        to = std::copy(part.begin(), part.end(), to);
}

bool asksForClose(const HeaderList &headers)
{
    return headerValue(headers, "connection").compare("close", Qt::CaseInsensitive) == 0;
}

} // namespace

QByteArray statusText(int status)
{
    switch (status) {
    case 100: return QByteArrayLiteral("Continue");
    case 101: return QByteArrayLiteral("Switching Protocols");
    case 200: return QByteArrayLiteral("OK");
    case 201: return QByteArrayLiteral("Created");
    case 202: return QByteArrayLiteral("Accepted");
    case 204: return QByteArrayLiteral("No Content");
    case 206: return QByteArrayLiteral("Partial Content");
    case 301: return QByteArrayLiteral("Moved Permanently");
    case 302: return QByteArrayLiteral("Found");
    case 303: return QByteArrayLiteral("See Other");
    case 304: return QByteArrayLiteral("Not Modified");
    case 307: return QByteArrayLiteral("Temporary Redirect");
    case 308: return QByteArrayLiteral("Permanent Redirect");
    case 400: return QByteArrayLiteral("Bad Request");
    case 401: return QByteArrayLiteral("Unauthorized");
    case 403: return QByteArrayLiteral("Forbidden");
    case 404: return QByteArrayLiteral("Not Found");
    case 405: return QByteArrayLiteral("Method Not Allowed");
    case 408: return QByteArrayLiteral("Request Timeout");
    case 409: return QByteArrayLiteral("Conflict");
    case 410: return QByteArrayLiteral("Gone");
    case 411: return QByteArrayLiteral("Length Required");
    case 413: return QByteArrayLiteral("Content Too Large");
    case 414: return QByteArrayLiteral("URI Too Long");
    case 415: return QByteArrayLiteral("Unsupported Media Type");
    case 422: return QByteArrayLiteral("Unprocessable Content");
    case 426: return QByteArrayLiteral("Upgrade Required");
    case 429: return QByteArrayLiteral("Too Many Requests");
    case 431: return QByteArrayLiteral("Request Header Fields Too Large");
    case 500: return QByteArrayLiteral("Internal Server Error");
    case 501: return QByteArrayLiteral("Not Implemented");
    case 502: return QByteArrayLiteral("Bad Gateway");
    case 503: return QByteArrayLiteral("Service Unavailable");
    case 504: return QByteArrayLiteral("Gateway Timeout");
    case 505: return QByteArrayLiteral("HTTP Version Not Supported");
    default: return QByteArrayLiteral("Status");
    }
}

bool statusHasBody(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

void appendHead(QByteArray &out, int status, const HeaderList &headers, const QByteArray &date, QByteArrayView framing,
                const HttpHead *request, bool keepAlive)
{
    const QByteArray number = QByteArray::number(status);
    appendParts(out, {"HTTP/1.1 ", number, " ", statusText(status), "\r\n"});
    for (const auto &[name, value] : headers) {
        if (!isServersOwn(name) && isHttpToken(name) && isHttpFieldValue(value))
            appendParts(out, {name, ": ", value, "\r\n"});
    }
    const QByteArrayView connection = !keepAlive ? QByteArrayView("connection: close\r\n")
        : request && request->versionMinor == 0  ? QByteArrayView("connection: keep-alive\r\n")
                                                 : QByteArrayView();
    appendParts(out, {framing, "date: ", date, "\r\n", connection, "\r\n"});
}

ConnectionExchange::ConnectionExchange(ServerConnection &connection, HttpHead head, QByteArray body, bool keepAlive,
                                       bool bodyComplete)
    : m_connection(&connection),
      m_head(std::move(head)),
      m_body(std::move(body)),
      m_keepAlive(keepAlive),
      m_bodyComplete(bodyComplete)
{
}

ConnectionExchange::~ConnectionExchange()
{
    abort();
}

QByteArray ConnectionExchange::readBody(std::function<void(const BodyPart &)> callback)
{
    if (!m_connection || m_bodyComplete)
        return {};
    m_onBody = std::move(callback);
    m_connection->setBodyReading(true);
    return std::exchange(m_body, {});
}

void ConnectionExchange::setBodyReading(bool on)
{
    if (m_connection && m_onBody)
        m_connection->setBodyReading(on);
}

void ConnectionExchange::bodyArrived(const BodyPart &part)
{
    m_bodyComplete = part.last;
    const bool isOver = part.last || part.failedStatus != 0;
    // Over: called for the last time. Else it may be replaced or dropped from inside its own call.
    const auto callback = isOver ? std::exchange(m_onBody, {}) : m_onBody;
    if (callback)
        callback(part);
    if (part.failedStatus == 0 || !m_connection)
        return;
    if (m_state == State::Streaming)
        abort();
    else
        m_connection->answerBrokenBody(*this, part);
}

void ConnectionExchange::connectionLost()
{
    m_connection = nullptr;
    m_onBody = {};
    if (m_state == State::Done)
        return;
    m_state = State::Done;
    if (const auto callback = std::exchange(m_onGone, {}))
        callback();
}

void ConnectionExchange::detach()
{
    m_connection = nullptr;
    m_state = State::Done;
    m_onGone = {};
    m_onBody = {};
}

void ConnectionExchange::complete()
{
    ServerConnection *connection = std::exchange(m_connection, nullptr);
    m_state = State::Done;
    m_onGone = {};
    m_onBody = {};
    connection->answerComplete(m_keepAlive);
}

void ConnectionExchange::respond(int status, const HeaderList &headers, const QByteArray &body)
{
    if (!m_connection || m_state != State::Waiting)
        return;
    m_keepAlive = m_keepAlive && m_bodyComplete && !asksForClose(headers);
    const bool isHead = m_head.method == "HEAD";
    QByteArray length = QByteArray::number(body.size());
    if (isHead && body.isEmpty()) {
        const QByteArray announced = headerValue(headers, "content-length");
        if (!announced.isEmpty())
            length = announced;
    }
    const QByteArray framing = statusHasBody(status) ? "content-length: " + length + "\r\n" : QByteArray();
    appendHead(m_connection->output(), status, headers, m_connection->dateHeader(), framing, &m_head, m_keepAlive);
    if (!isHead && statusHasBody(status))
        m_connection->output() += body;
    m_connection->outputGrew();
    complete();
}

void ConnectionExchange::begin(int status, const HeaderList &headers)
{
    if (!m_connection || m_state != State::Waiting)
        return;
    m_state = State::Streaming;
    // The answer may be complete before the body is, and its head has to say so.
    m_keepAlive = m_keepAlive && m_bodyComplete && !asksForClose(headers);
    m_dropBody = m_head.method == "HEAD" || !statusHasBody(status);
    const QByteArray announced = headerValue(headers, "content-length");
    QByteArray framing;
    bool isNumber = false;
    const qint64 length = announced.toLongLong(&isNumber);
    if (!statusHasBody(status)) {
        framing = {};
    } else if (isNumber && length >= 0) {
        m_remaining = length;
        framing = "content-length: " + announced + "\r\n";
    } else if (m_head.versionMinor >= 1) {
        m_chunked = true;
        framing = QByteArrayLiteral("transfer-encoding: chunked\r\n");
    } else {
        m_keepAlive = false; // HTTP/1.0: the end of the connection is the end of the body
    }
    appendHead(m_connection->output(), status, headers, m_connection->dateHeader(), framing, &m_head, m_keepAlive);
    m_connection->outputGrew();
}

void ConnectionExchange::write(const QByteArray &data)
{
    if (!m_connection || m_state != State::Streaming || data.isEmpty() || m_dropBody)
        return;
    QByteArray &out = m_connection->output();
    if (m_chunked) {
        out += QByteArray::number(data.size(), 16) + "\r\n";
        out += data;
        out += "\r\n";
    } else if (m_remaining >= 0) {
        // More than announced would be read as the next answer.
        const QByteArrayView part = QByteArrayView(data).first(std::min<qint64>(m_remaining, data.size()));
        out += part;
        m_remaining -= part.size();
    } else {
        out += data;
    }
    m_connection->outputGrew();
}

void ConnectionExchange::finish()
{
    if (!m_connection || m_state != State::Streaming)
        return;
    if (m_remaining > 0 && !m_dropBody)
        return abort(); // shorter than announced: the client must not take it for complete
    if (m_chunked && !m_dropBody) {
        m_connection->output() += "0\r\n\r\n";
        m_connection->outputGrew();
    }
    complete();
}

void ConnectionExchange::abort()
{
    m_onGone = {};
    m_onBody = {};
    m_state = State::Done;
    if (ServerConnection *connection = std::exchange(m_connection, nullptr)) {
        connection->flush();
        connection->abortTransport();
        connection->queueProcess();
    }
}

qint64 ConnectionExchange::bytesQueued() const
{
    return m_connection ? m_connection->bytesQueued() : 0;
}

ConnectionUpgrade::ConnectionUpgrade(ServerConnection &connection, HttpHead head)
    : m_connection(&connection), m_head(std::move(head))
{
}

ConnectionUpgrade::~ConnectionUpgrade()
{
    if (ServerConnection *connection = std::exchange(m_connection, nullptr)) {
        connection->abortTransport();
        connection->queueProcess();
    }
}

std::unique_ptr<Channel> ConnectionUpgrade::accept(const QByteArray &protocol, const HeaderList &extraHeaders)
{
    ServerConnection *connection = std::exchange(m_connection, nullptr);
    return connection ? connection->acceptUpgrade(m_head, protocol, extraHeaders) : nullptr;
}

void ConnectionUpgrade::reject(int status, const HeaderList &headers, const QByteArray &body)
{
    if (ServerConnection *connection = std::exchange(m_connection, nullptr))
        connection->answerPlain(&m_head, status, headers, body);
}

} // namespace dormouse
