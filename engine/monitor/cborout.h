// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QLatin1StringView>
#include <QString>

#include <vector>

namespace dormouse::monitor {

/// Appends CBOR (RFC 8949) to a byte array: what QCborStreamWriter writes, without a device in between. A recording of
/// every message encodes hundreds of thousands of small values a second. Any thread, one at a time.
class CborOut
{
public:
    explicit CborOut(QByteArray &out) : m_out(out) {}

    void append(qint64 value)
    {
        if (value < 0)
            head(kNegative, quint64(-1 - value));
        else
            head(kUnsigned, quint64(value));
    }
    void append(quint64 value) { head(kUnsigned, value); }
    void append(bool value) { m_out.append(value ? '\xf5' : '\xf4'); }
    void append(const QByteArray &value)
    {
        head(kBytes, quint64(value.size()));
        m_out.append(value);
    }
    /// US-ASCII only: the names of fields.
    void append(QLatin1StringView value)
    {
        head(kText, quint64(value.size()));
        m_out.append(value.data(), value.size());
    }
    void append(const QString &value)
    {
        const qsizetype size = value.size();
        const ushort *from = value.utf16();
        ushort all = 0;
        for (qsizetype i = 0; i < size; ++i)
            all = ushort(all | from[i]);
        if (all >= 0x80) {
            const QByteArray utf8 = value.toUtf8();
            head(kText, quint64(utf8.size()));
            m_out.append(utf8);
            return;
        }
        head(kText, quint64(size));
        const qsizetype start = m_out.size();
        m_out.resize(start + size);
        char *to = m_out.data() + start;
        for (qsizetype i = 0; i < size; ++i)
            to[i] = char(from[i]);
    }
    void startArray(quint64 items)
    {
        head(kArray, items);
        m_openEnded.push_back(false);
    }
    void endArray() { end(); }
    void startMap(quint64 pairs)
    {
        head(kMap, pairs);
        m_openEnded.push_back(false);
    }
    /// A map whose end is marked.
    void startMap()
    {
        m_out.append('\xbf');
        m_openEnded.push_back(true);
    }
    void endMap() { end(); }

private:
    static constexpr int kUnsigned = 0, kNegative = 1, kBytes = 2, kText = 3, kArray = 4, kMap = 5;

    void head(int type, quint64 value)
    {
        const char bits = char(type << 5);
        if (value < 24) {
            m_out.append(char(bits | char(value)));
            return;
        }
        const int power = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffffffffU ? 2 : 3;
        char bytes[9];
        int used = 0;
        bytes[used++] = char(bits | char(24 + power));
        for (int shift = (8 << power) - 8; shift >= 0; shift -= 8)
            bytes[used++] = char(value >> shift);
        m_out.append(bytes, used);
    }
    void end()
    {
        if (m_openEnded.back())
            m_out.append('\xff');
        m_openEnded.pop_back();
    }

    QByteArray &m_out;
    std::vector<bool> m_openEnded; ///< of the arrays and maps that are open
};

} // namespace dormouse::monitor
