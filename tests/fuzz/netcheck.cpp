// SPDX-License-Identifier: Apache-2.0
#include "netcheck.h"

#include "engine/net/httpparser.h"
#include "engine/net/websocketcodec.h"

#include <QByteArray>
#include <QStringBuilder>

#include <algorithm>
#include <cctype>
#include <optional>

namespace dormouse::fuzz {

namespace {

constexpr qint64 kMaxBody = 4096;

void append(QByteArray &log, const QByteArray &text)
{
    log += QByteArray::number(text.size()) + ':' + text + '\n';
}

HttpParser smallParser()
{
    HttpParser::Limits limits;
    limits.maxHeadBytes = 2048;
    limits.maxTargetBytes = 256;
    limits.maxHeaders = 20;
    return HttpParser(limits);
}

/// Everything a caller can see, as text.
QByteArray httpLog(QByteArrayView bytes, qsizetype piece)
{
    HttpParser parser = smallParser();
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

/// The body of a chunked message as the grammar says it, all at once; nothing when it is not one. Limits aside.
std::optional<QByteArray> simpleChunks(QByteArray bytes)
{
    QByteArray body;
    const auto line = [&bytes]() -> std::optional<QByteArray> {
        const qsizetype end = bytes.indexOf("\r\n");
        if (end < 0 || bytes.first(end).contains('\n'))
            return std::nullopt;
        const QByteArray text = bytes.first(end);
        bytes = bytes.mid(end + 2);
        return text;
    };
    while (true) {
        const auto head = line();
        if (!head)
            return std::nullopt;
        bool isNumber = false;
        const QByteArray digits = head->first(std::min(head->size(), qsizetype(std::find_if_not(head->begin(), head->end(), [](char c) {
            return std::isxdigit(uchar(c)) != 0;
        }) - head->begin())));
        const qulonglong size = digits.toULongLong(&isNumber, 16);
        if (!isNumber || size > qulonglong(kMaxBody))
            return std::nullopt;
        if (size == 0)
            break;
        if (qulonglong(bytes.size()) < size + 2 || bytes.mid(qsizetype(size), 2) != "\r\n")
            return std::nullopt;
        body += bytes.first(qsizetype(size));
        bytes = bytes.mid(qsizetype(size) + 2);
    }
    for (auto trailer = line(); ; trailer = line()) {
        if (!trailer)
            return std::nullopt;
        if (trailer->isEmpty())
            return body;
    }
}

/// A body after a head that announces it. Pieces of an odd size are taken as they come, others when all is there.
QByteArray bodyLog(const QByteArray &announcement, QByteArrayView bytes, qsizetype piece)
{
    HttpParser parser = smallParser();
    parser.feed(QByteArray("POST / HTTP/1.1\r\nHost: h\r\n" + announcement + "\r\n\r\n"));
    if (parser.state() != HttpParser::State::HeadReady)
        qFatal("the head was refused");
    parser.readBody(kMaxBody);
    qsizetype at = 0;
    QByteArray body;
    while (parser.state() == HttpParser::State::Body && at < bytes.size()) {
        const qsizetype used = parser.feed(bytes.sliced(at, std::min(piece, bytes.size() - at)));
        if (used <= 0)
            qFatal("the parser stands still");
        at += used;
        if (piece % 2 == 1)
            body += parser.takeBody();
        if (body.size() > kMaxBody)
            qFatal("parts above the limit");
    }
    QByteArray log = QByteArray::number(int(parser.state())) + ' ' + QByteArray::number(parser.failureStatus()) + ' ';
    if (parser.state() == HttpParser::State::Complete) {
        body += parser.takeBody();
        if (body.size() > kMaxBody)
            qFatal("a body above its limit");
        // What follows the body is the next request: not a byte more or less may be taken.
        if (announcement.startsWith('T') && simpleChunks(bytes.first(at).toByteArray()) != body)
            qFatal("the simple reader sees another body");
        if (announcement.startsWith('C') && body != bytes.first(at))
            qFatal("not the announced bytes");
        log += QByteArray::number(at) + ' ';
        append(log, body);
    }
    return log;
}

QByteArray webSocketLog(WebSocketCodec::Role role, QByteArrayView bytes, qsizetype piece)
{
    WebSocketCodec::Options options;
    options.maxMessageBytes = 4096;
    WebSocketCodec codec(role, options);
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
void compare(QByteArrayView bytes, qsizetype piece, Log log)
{
    const QByteArray whole = log(bytes, std::max<qsizetype>(bytes.size(), 1));
    for (const qsizetype size : {qsizetype(1), piece}) {
        if (log(bytes, size) != whole)
            qFatal("pieces of %d bytes are read differently", int(size));
    }
}

qsizetype pieceOf(QByteArrayView bytes)
{
    return 1 + uchar(bytes.front()) % 40;
}

} // namespace

void checkHead(QByteArrayView bytes)
{
    if (!bytes.isEmpty())
        compare(bytes.sliced(1), pieceOf(bytes), httpLog);
}

void checkBody(QByteArrayView bytes)
{
    if (bytes.size() < 2)
        return;
    const bool chunked = uchar(bytes.front()) % 2 == 1;
    const QByteArray announcement = chunked ? QByteArray("Transfer-Encoding: chunked")
                                            : "Content-Length: " + QByteArray::number(1 + uchar(bytes[1]));
    compare(bytes.sliced(chunked ? 1 : 2), pieceOf(bytes), [&](QByteArrayView rest, qsizetype piece) { return bodyLog(announcement, rest, piece); });
}

void checkFrame(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return;
    const auto role = uchar(bytes.front()) % 2 == 1 ? WebSocketCodec::Role::Server : WebSocketCodec::Role::Client;
    compare(bytes.sliced(1), pieceOf(bytes), [role](QByteArrayView rest, qsizetype piece) { return webSocketLog(role, rest, piece); });
}

} // namespace dormouse::fuzz
