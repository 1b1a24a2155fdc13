// SPDX-License-Identifier: Apache-2.0
#include "engine/net/websocketcodec.h"

#include "engine/base/closecode.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <algorithm>
#include <cstring>

namespace dormouse {

namespace {

constexpr quint16 kProtocolError = closeNumber(CloseCode::ProtocolError);
constexpr quint16 kInvalidData = closeNumber(CloseCode::InvalidPayload);
constexpr quint16 kTooLarge = closeNumber(CloseCode::TooBig);
constexpr uchar kFinalText = 0x81; // first byte of an unfragmented message
constexpr uchar kFinalBinary = 0x82;
constexpr qsizetype kMaxControlBytes = 125;
constexpr qsizetype kMaxReasonBytes = 123;
constexpr quint64 kReserveBytes = 256 * 1024;
constexpr qsizetype kMaxRecycledBytes = 1024;

bool isControl(WebSocketCodec::Opcode opcode)
{
    return quint8(opcode) >= 8;
}

} // namespace

bool Utf8Validator::feed(QByteArrayView bytes)
{
    if (!m_valid)
        return false;
    const char *at = bytes.data();
    const char *const end = at + bytes.size();
    while (at < end) {
        if (m_missing == 0) {
            // Plain ASCII, eight bytes at a time.
            while (end - at >= 8) {
                quint64 word = 0;
                std::memcpy(&word, at, sizeof word);
                if (word & 0x8080808080808080ULL)
                    break;
                at += 8;
            }
            if (at == end)
                break;
        }
        const uchar c = uchar(*at++);
        if (m_missing > 0) {
            if (c < m_low || c > m_high)
                return m_valid = false;
            m_low = 0x80;
            m_high = 0xbf;
            --m_missing;
        } else if (c >= 0x80) {
            if (c < 0xc2 || c > 0xf4)
                return m_valid = false;
            m_missing = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
            m_low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
            m_high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
        }
    }
    return true;
}

bool Utf8Validator::isValid(QByteArrayView text)
{
    Utf8Validator validator;
    return validator.feed(text) && validator.atBoundary();
}

void applyMask(char *to, const char *from, qsizetype size, const std::array<uchar, 4> &key, quint64 phase)
{
    const std::array<uchar, 4> turned{key[phase & 3], key[(phase + 1) & 3], key[(phase + 2) & 3], key[(phase + 3) & 3]};
    quint32 narrow = 0;
    std::memcpy(&narrow, turned.data(), sizeof narrow);
    const quint64 wide = quint64(narrow) << 32 | narrow;
    qsizetype i = 0;
    for (; i + 8 <= size; i += 8) {
        quint64 word = 0;
        std::memcpy(&word, from + i, sizeof word);
        word ^= wide;
        std::memcpy(to + i, &word, sizeof word);
    }
    if (i + 4 <= size) {
        quint32 word = 0;
        std::memcpy(&word, from + i, sizeof word);
        word ^= narrow;
        std::memcpy(to + i, &word, sizeof word);
        i += 4;
    }
    for (; i < size; ++i)
        to[i] = char(uchar(from[i]) ^ turned[std::size_t(i & 3)]);
}

QByteArray webSocketAcceptKey(const QByteArray &key)
{
    const QByteArray text = key + QByteArrayLiteral("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    return QCryptographicHash::hash(text, QCryptographicHash::Sha1).toBase64();
}

WebSocketCodec::WebSocketCodec(Role role, const Options &options) : m_role(role), m_options(options) {}

bool WebSocketCodec::isWireCloseCode(int code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

QByteArray WebSocketCodec::cutReason(QByteArrayView reason)
{
    if (reason.size() <= kMaxReasonBytes)
        return reason.toByteArray();
    qsizetype size = kMaxReasonBytes;
    while (size > 0 && (uchar(reason[size]) & 0xc0) == 0x80)
        --size;
    return reason.first(size).toByteArray();
}

WebSocketCodec::Event WebSocketCodec::failed(quint16 code, const QByteArray &reason)
{
    m_finished = true;
    m_message = {};
    m_control = {};
    return Event{Event::Type::Failed, reason, false, code};
}

/// Bytes of the header that is being read, as far as its first two bytes tell.
int WebSocketCodec::headerLength() const
{
    if (m_headerSize < 2)
        return 2;
    const int code = m_header[1] & 0x7f;
    return 2 + (code == 126 ? 2 : code == 127 ? 8 : 0) + ((m_header[1] & 0x80) ? 4 : 0);
}

std::optional<WebSocketCodec::Event> WebSocketCodec::next(QByteArrayView &bytes)
{
    if (m_finished) {
        bytes = {};
        return std::nullopt;
    }
    while (!bytes.isEmpty()) {
        std::optional<Event> event;
        if (!m_inPayload) {
            if (m_headerSize == 0 && !m_fragmented && takeWholeMessage(bytes))
                return Event{Event::Type::Message, std::exchange(m_spare, {}), m_binary, std::nullopt};
            if (!takeHeader(bytes, event)) {
                if (event)
                    return event;
                continue;
            }
            event = startPayload();
            if (event)
                return event;
        }
        const qsizetype part = qsizetype(std::min<quint64>(m_frameLength - m_frameRead, quint64(bytes.size())));
        if (part > 0) {
            QByteArray &to = isControl(m_opcode) ? m_control : m_message;
            const qsizetype start = to.size();
            if (start == 0)
                to.reserve(qsizetype(std::min<quint64>(m_frameLength, kReserveBytes))); // a length is only a claim
            to.resize(start + part);
            applyMask(to.data() + start, bytes.data(), part, m_mask, m_frameRead);
            m_frameRead += quint64(part);
            bytes = bytes.sliced(part);
            if (!isControl(m_opcode) && !m_binary && !m_utf8.feed(QByteArrayView(to).sliced(start)))
                return failed(kInvalidData, QByteArrayLiteral("invalid UTF-8"));
        }
        if (m_frameRead == m_frameLength) {
            m_inPayload = false;
            event = finishFrame();
            if (event)
                return event;
        }
    }
    return std::nullopt;
}

/// The usual frame, a message of up to 64 KiB that is whole and here, without the steps that all others need. True: it
/// lies in m_spare, and m_binary tells its kind. False: nothing has been taken, the long way decides.
bool WebSocketCodec::takeWholeMessage(QByteArrayView &bytes)
{
    const auto *at = reinterpret_cast<const uchar *>(bytes.data());
    const bool isMasked = m_role == Role::Server;
    qsizetype header = isMasked ? 6 : 2;
    if (bytes.size() < header || (at[0] != kFinalBinary && at[0] != kFinalText) || bool(at[1] & 0x80) != isMasked)
        return false;
    qsizetype length = at[1] & 0x7f;
    if (length == 126) {
        header += 2;
        if (bytes.size() < header)
            return false;
        length = at[2] << 8 | at[3];
        if (length < 126)
            return false;
    } else if (length == 127) {
        return false;
    }
    if (bytes.size() - header < length || length > m_options.maxMessageBytes)
        return false;
    if (m_spare.capacity() < length || m_spare.isNull())
        m_spare = QByteArray(length, Qt::Uninitialized);
    else if (m_spare.size() != length)
        m_spare.resize(length);
    const char *payload = bytes.data() + header;
    if (length > 0 && isMasked)
        applyMask(m_spare.data(), payload, length, {at[header - 4], at[header - 3], at[header - 2], at[header - 1]}, 0);
    else if (length > 0)
        std::memcpy(m_spare.data(), payload, std::size_t(length));
    m_binary = at[0] == kFinalBinary;
    if (!m_binary && !Utf8Validator::isValid(m_spare))
        return false;
    bytes = bytes.sliced(header + length);
    return true;
}

/// True when the header is complete. Faults of the first two bytes are found before the rest arrives.
bool WebSocketCodec::takeHeader(QByteArrayView &bytes, std::optional<Event> &event)
{
    if (m_headerSize == 0 && bytes.size() >= qsizetype(m_header.size())) {
        // The usual case: the longest header would fit, so no byte needs to be counted.
        std::memcpy(m_header.data(), bytes.data(), m_header.size());
        m_headerSize = 2;
        event = checkFirstTwo();
        m_headerSize = event ? 2 : headerLength();
        bytes = bytes.sliced(m_headerSize);
        return !event;
    }
    while (m_headerSize < headerLength() && !bytes.isEmpty()) {
        m_header[std::size_t(m_headerSize++)] = uchar(bytes.front());
        bytes = bytes.sliced(1);
        if (m_headerSize == 2) {
            event = checkFirstTwo();
            if (event)
                return false;
        }
    }
    return m_headerSize >= 2 && m_headerSize == headerLength();
}

std::optional<WebSocketCodec::Event> WebSocketCodec::checkFirstTwo()
{
    const bool final = m_header[0] & 0x80;
    const quint8 code = m_header[0] & 0x0f;
    const bool masked = m_header[1] & 0x80;
    const int length = m_header[1] & 0x7f;
    if (m_header[0] & 0x70)
        return failed(kProtocolError, QByteArrayLiteral("reserved bits set"));
    if ((code > 2 && code < 8) || code > 10)
        return failed(kProtocolError, QByteArrayLiteral("unknown opcode"));
    if (masked != (m_role == Role::Server))
        return failed(kProtocolError, masked ? QByteArrayLiteral("masked frame from a server")
                                             : QByteArrayLiteral("unmasked frame from a client"));
    m_opcode = Opcode(code);
    m_final = final;
    if (isControl(m_opcode)) {
        if (!final)
            return failed(kProtocolError, QByteArrayLiteral("fragmented control frame"));
        if (length > kMaxControlBytes)
            return failed(kProtocolError, QByteArrayLiteral("control frame too long"));
    } else if ((m_opcode == Opcode::Continuation) != m_fragmented) {
        return failed(kProtocolError, m_fragmented ? QByteArrayLiteral("new message inside a fragmented one")
                                                   : QByteArrayLiteral("continuation without a beginning"));
    }
    return std::nullopt;
}

std::optional<WebSocketCodec::Event> WebSocketCodec::startPayload()
{
    const int code = m_header[1] & 0x7f;
    int at = 2;
    m_frameLength = quint64(code);
    if (code == 126) {
        m_frameLength = qFromBigEndian<quint16>(m_header.data() + 2);
        at = 4;
        if (m_frameLength < 126)
            return failed(kProtocolError, QByteArrayLiteral("length not in its shortest form"));
    } else if (code == 127) {
        m_frameLength = qFromBigEndian<quint64>(m_header.data() + 2);
        at = 10;
        if (m_frameLength <= 0xffff || (m_frameLength >> 63))
            return failed(kProtocolError, QByteArrayLiteral("length not in its shortest form"));
    }
    m_mask = {};
    if (m_role == Role::Server)
        std::copy_n(m_header.begin() + at, 4, m_mask.begin());
    m_headerSize = 0;
    m_frameRead = 0;
    m_inPayload = true;
    if (isControl(m_opcode))
        return std::nullopt;
    const quint64 limit = quint64(std::max<qint64>(m_options.maxMessageBytes, 0));
    if (m_frameLength > limit || quint64(m_message.size()) > limit - m_frameLength)
        return failed(kTooLarge, m_options.tooLargeReason);
    if (m_opcode != Opcode::Continuation) {
        m_binary = m_opcode == Opcode::Binary;
        m_utf8.reset();
    }
    return std::nullopt;
}

std::optional<WebSocketCodec::Event> WebSocketCodec::finishFrame()
{
    if (isControl(m_opcode))
        return finishControl();
    m_fragmented = !m_final;
    if (!m_final)
        return std::nullopt;
    if (!m_binary && !m_utf8.atBoundary())
        return failed(kInvalidData, QByteArrayLiteral("invalid UTF-8"));
    Event event{Event::Type::Message, std::exchange(m_message, {}), m_binary, std::nullopt};
    if (event.payload.isNull())
        event.payload = QByteArray("");
    return event;
}

void WebSocketCodec::recycle(QByteArray &&payload)
{
    if (payload.isDetached() && payload.capacity() <= kMaxRecycledBytes)
        m_spare = std::move(payload);
}

std::optional<WebSocketCodec::Event> WebSocketCodec::finishControl()
{
    QByteArray payload = std::exchange(m_control, {});
    if (m_opcode == Opcode::Ping)
        return Event{Event::Type::Ping, payload, true, std::nullopt};
    if (m_opcode == Opcode::Pong)
        return Event{Event::Type::Pong, payload, true, std::nullopt};
    if (payload.isEmpty()) {
        m_finished = true;
        return Event{Event::Type::Close, {}, false, std::nullopt};
    }
    if (payload.size() == 1)
        return failed(kProtocolError, QByteArrayLiteral("close frame of one byte"));
    const quint16 code = qFromBigEndian<quint16>(payload.constData());
    const QByteArray reason = payload.mid(2);
    if (!isWireCloseCode(code))
        return failed(kProtocolError, QByteArrayLiteral("close code not allowed"));
    if (!Utf8Validator::isValid(reason))
        return failed(kInvalidData, QByteArrayLiteral("invalid UTF-8"));
    m_finished = true;
    return Event{Event::Type::Close, reason, false, code};
}

char *WebSocketCodec::appendHeader(QByteArray &out, Opcode opcode, qsizetype size, quint32 maskKey) const
{
    const bool masked = m_role == Role::Client;
    const int flag = masked ? 0x80 : 0;
    const qsizetype lengthBytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
    const qsizetype start = out.size();
    out.resize(start + 2 + lengthBytes + (masked ? 4 : 0) + size);
    char *to = out.data() + start;
    *to++ = char(0x80 | quint8(opcode));
    *to++ = char(flag | (lengthBytes == 0 ? int(size) : lengthBytes == 2 ? 126 : 127));
    if (lengthBytes == 2)
        qToBigEndian(quint16(size), to);
    else if (lengthBytes == 8)
        qToBigEndian(quint64(size), to);
    to += lengthBytes;
    if (masked) {
        qToBigEndian(maskKey, to);
        to += 4;
    }
    return to;
}

void WebSocketCodec::appendFrame(QByteArray &out, Opcode opcode, QByteArrayView payload, quint32 maskKey) const
{
    char *to = appendHeader(out, opcode, payload.size(), maskKey);
    if (payload.isEmpty())
        return;
    if (m_role == Role::Client) {
        std::array<uchar, 4> key{};
        qToBigEndian(maskKey, key.data());
        applyMask(to, payload.data(), payload.size(), key, 0);
    } else {
        std::memcpy(to, payload.data(), std::size_t(payload.size()));
    }
}

void WebSocketCodec::appendParts(QByteArray &out, Opcode opcode, std::initializer_list<QByteArrayView> parts) const
{
    Q_ASSERT(m_role == Role::Server); // a mask would run on across the parts
    qsizetype size = 0;
    for (const QByteArrayView part : parts)
        size += part.size();
    char *to = appendHeader(out, opcode, size, 0);
    for (const QByteArrayView part : parts) {
        if (!part.isEmpty())
            std::memcpy(to, part.data(), std::size_t(part.size()));
        to += part.size();
    }
}

void WebSocketCodec::appendClose(QByteArray &out, std::optional<quint16> code, QByteArrayView reason,
                                 quint32 maskKey) const
{
    QByteArray payload;
    if (code) {
        payload.resize(2);
        qToBigEndian(*code, payload.data());
        payload += cutReason(reason);
    }
    appendFrame(out, Opcode::Close, payload, maskKey);
}

} // namespace dormouse
