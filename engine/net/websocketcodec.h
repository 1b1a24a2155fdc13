// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <array>
#include <initializer_list>
#include <optional>

namespace dormouse {

/// Validates UTF-8 that arrives in pieces. Refuses overlong forms, surrogates and values above U+10FFFF at the
/// first byte that cannot be continued.
class Utf8Validator
{
public:
    bool feed(QByteArrayView bytes); ///< false: invalid, now and for ever
    bool atBoundary() const { return m_valid && m_missing == 0; }
    void reset() { *this = Utf8Validator(); }
    static bool isValid(QByteArrayView text);

private:
    int m_missing = 0;
    uchar m_low = 0x80;
    uchar m_high = 0xbf;
    bool m_valid = true;
};

/// WebSocket framing of RFC 6455 as a pure state machine (performance-notes.md section 6.2, gateway.md section 7.2).
/// Extensions are never negotiated, so reserved bits are errors. No sockets, no clock; any thread, one at a time.
class WebSocketCodec
{
public:
    enum class Role
    {
        Server, ///< takes masked frames, sends unmasked ones
        Client, ///< takes unmasked frames, sends masked ones
    };
    enum class Opcode : quint8
    {
        Continuation = 0,
        Text = 1,
        Binary = 2,
        Close = 8,
        Ping = 9,
        Pong = 10,
    };
    struct Options
    {
        qint64 maxMessageBytes = 33'554'432; ///< of one frame and of one message; beyond: 1009
        QByteArray tooLargeReason = QByteArrayLiteral("guard.websocket_message_too_large");
    };
    struct Event
    {
        enum class Type
        {
            Message,
            Ping,
            Pong,
            Close,  ///< code absent when the frame had no body; payload is the reason
            Failed, ///< code and reason (payload) to send in a close frame; nothing is read any more
        };
        Type type = Type::Message;
        QByteArray payload;
        bool binary = false;
        std::optional<quint16> code;
    };

    explicit WebSocketCodec(Role role) : WebSocketCodec(role, Options()) {}
    WebSocketCodec(Role role, const Options &options);

    /// Takes bytes from the front of `bytes` until one event is complete or none are left. Call it again with the
    /// rest. After Close or Failed everything is swallowed.
    std::optional<Event> next(QByteArrayView &bytes);
    /// Takes the memory of a message that was not kept for the next one, if nobody else holds it and it is small: what is
    /// kept of that may then be larger than it says. dropSpare() before the codec waits: idle ones hold no memory.
    void recycle(QByteArray &&payload);
    void dropSpare() { m_spare = {}; }
    bool isFinished() const { return m_finished; }
    /// A frame or a fragmented message has begun and is not complete.
    bool isInsideMessage() const { return m_fragmented || m_headerSize > 0 || m_inPayload; }

    /// Appends one unfragmented frame. maskKey is used by the client role only.
    void appendFrame(QByteArray &out, Opcode opcode, QByteArrayView payload, quint32 maskKey = 0) const;
    /// Server role: the same with the payload in pieces.
    void appendParts(QByteArray &out, Opcode opcode, std::initializer_list<QByteArrayView> parts) const;
    /// Appends a close frame; without a code the frame has no body. The reason is cut to 123 bytes at a character.
    void appendClose(QByteArray &out, std::optional<quint16> code, QByteArrayView reason, quint32 maskKey = 0) const;

    /// 1000–1003, 1007–1014 and 3000–4999 may be on the wire.
    static bool isWireCloseCode(int code);
    /// At most 123 bytes, never half a character.
    static QByteArray cutReason(QByteArrayView reason);

private:
    /// Makes room for a whole frame and returns where its payload goes.
    char *appendHeader(QByteArray &out, Opcode opcode, qsizetype size, quint32 maskKey) const;
    bool takeWholeMessage(QByteArrayView &bytes);
    bool takeHeader(QByteArrayView &bytes, std::optional<Event> &event);
    std::optional<Event> checkFirstTwo();
    std::optional<Event> startPayload();
    std::optional<Event> finishFrame();
    std::optional<Event> finishControl();
    Event failed(quint16 code, const QByteArray &reason);
    int headerLength() const;

    Role m_role;
    Options m_options;
    std::array<uchar, 14> m_header{};
    int m_headerSize = 0;
    std::array<uchar, 4> m_mask{};
    quint64 m_frameLength = 0;
    quint64 m_frameRead = 0;
    QByteArray m_message; ///< as far as it has come
    QByteArray m_spare;   ///< memory for the next short message
    QByteArray m_control;
    Utf8Validator m_utf8;
    Opcode m_opcode = Opcode::Continuation;
    bool m_final = false;
    bool m_inPayload = false;
    bool m_fragmented = false;
    bool m_binary = false;
    bool m_finished = false;
};

/// Copies `size` bytes from `from` to `to`, XORed with the key; `phase` is the position of the first byte within
/// the frame. A machine word at a time.
void applyMask(char *to, const char *from, qsizetype size, const std::array<uchar, 4> &key, quint64 phase);

/// Value of Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
QByteArray webSocketAcceptKey(const QByteArray &key);

} // namespace dormouse
