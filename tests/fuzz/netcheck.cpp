// SPDX-License-Identifier: Apache-2.0
#include "netcheck.h"

#include "engine/net/httpparser.h"
#include "engine/net/websocketcodec.h"

#include <QByteArray>
#include <QStringBuilder>

#include <algorithm>

namespace dormouse::fuzz {

namespace {

constexpr qint64 kMaxBody = 4096;

void append(QByteArray &log, const QByteArray &text)
{
    log += QByteArray::number(text.size()) + ':' + text + '\n';
}

/// Everything a caller can see, as text.
QByteArray httpLog(QByteArrayView bytes, qsizetype piece)
{
    HttpParser::Limits limits;
    limits.maxHeadBytes = 2048;
    limits.maxTargetBytes = 256;
    limits.maxHeaders = 20;
    HttpParser parser(limits);
    QByteArray log;
    while (true) {
        if (parser.state() == HttpParser::State::Head || parser.state() == HttpParser::State::Body) {
            if (bytes.isEmpty())
                break;
            const QByteArrayView part = bytes.first(std::min(piece, bytes.size()));
            const qsizetype used = parser.feed(part);
            if (used < 0 || used > part.size())
                qFatal("feed used %d of %d", int(used), int(part.size()));
            bytes = bytes.sliced(used);
            if (used == 0 && (parser.state() == HttpParser::State::Head || parser.state() == HttpParser::State::Body))
                qFatal("the parser stands still");
        } else if (parser.state() == HttpParser::State::HeadReady) {
            const HttpHead &head = parser.head();
            append(log, head.method);
            append(log, head.target);
            for (const auto &[name, value] : head.headers) {
                if (!isHttpToken(name) || !isHttpFieldValue(value))
                    qFatal("an accepted header is not one");
                append(log, name);
                append(log, value);
            }
            log += QByteArray::number(head.versionMinor) + (parser.keepAlive() ? "k" : "c")
                + (parser.expectsContinue() ? "e" : "-") + (head.isWebSocketUpgrade() ? "u\n" : "-\n");
            parser.readBody(kMaxBody);
        } else if (parser.state() == HttpParser::State::Complete) {
            const QByteArray body = parser.takeBody();
            if (body.size() > kMaxBody)
                qFatal("a body above its limit");
            append(log, body);
            parser.reset();
        } else {
            return log + QByteArray::number(parser.failureStatus());
        }
    }
    return log;
}

QByteArray webSocketLog(QByteArrayView bytes, qsizetype piece)
{
    WebSocketCodec::Options options;
    options.maxMessageBytes = 4096;
    WebSocketCodec codec(WebSocketCodec::Role::Server, options);
    QByteArray log;
    while (!bytes.isEmpty()) {
        QByteArrayView part = bytes.first(std::min(piece, bytes.size()));
        bytes = bytes.sliced(part.size());
        while (const auto event = codec.next(part)) {
            if (event->payload.size() > options.maxMessageBytes)
                qFatal("a message above its limit");
            if (event->type == WebSocketCodec::Event::Type::Message && !event->binary
                && !Utf8Validator::isValid(event->payload))
                qFatal("invalid UTF-8 was let through");
            log += QByteArray::number(int(event->type)) + (event->binary ? 'b' : 't')
                + QByteArray::number(event->code.value_or(0)) + ' ';
            append(log, event->payload);
        }
    }
    return log;
}

template<typename Log>
void compare(QByteArrayView bytes, Log log)
{
    if (bytes.isEmpty())
        return;
    const qsizetype piece = 1 + uchar(bytes.front()) % 40;
    const QByteArrayView rest = bytes.sliced(1);
    const QByteArray whole = log(rest, std::max<qsizetype>(rest.size(), 1));
    for (const qsizetype size : {qsizetype(1), piece}) {
        if (log(rest, size) != whole)
            qFatal("pieces of %d bytes are read differently", int(size));
    }
}

} // namespace

void checkHttp(QByteArrayView bytes)
{
    compare(bytes, httpLog);
}

void checkWebSocket(QByteArrayView bytes)
{
    compare(bytes, webSocketLog);
}

} // namespace dormouse::fuzz
