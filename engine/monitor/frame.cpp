// SPDX-License-Identifier: Apache-2.0
#include "engine/monitor/frame.h"

#include "engine/monitor/cborout.h"
#include "engine/monitor/fields.h"

#include <QCborStreamReader>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace dormouse::monitor {

namespace {

constexpr int kMaxBucketsPerHistogram = Histogram::kBuckets;

template<typename Field>
void visitFrame(Field &v, Frame &f)
{
    v("r", "revision", f.revision);
    v("t", "ts", f.ts);
    v("s", "snapshot", f.snapshot);
    v("cl", "cluster", f.cluster);
    v("a", "actors", f.actors);
    v("u", "runners", f.runners);
    v("c", "connections", f.connections);
    v("e", "events", f.events);
    v("ed", "events_dropped", f.eventsDropped);
    v("tb", "traces", f.traces);
    v("l", "latency", f.latency);
    v("st", "settings", f.settings);
    v("sm", "machines", f.machines);
    v("po", "pending_of", f.pendingOf);
    v("p", "pending", f.pending);
}

class CborWriter
{
public:
    explicit CborWriter(QByteArray &out) : m_writer(out) {}

    void operator()(const char *key, const char *, const QString &value)
    {
        if (value.isEmpty())
            return;
        name(key);
        m_writer.append(value);
    }
    void operator()(const char *key, const char *, const QByteArray &value)
    {
        if (value.isEmpty())
            return;
        name(key);
        m_writer.append(value);
    }
    void operator()(const char *key, const char *, const QStringList &value)
    {
        if (value.isEmpty())
            return;
        name(key);
        m_writer.startArray(quint64(value.size()));
        for (const QString &line : value)
            m_writer.append(line);
        m_writer.endArray();
    }
    void operator()(const char *key, const char *, bool value)
    {
        if (!value)
            return;
        name(key);
        m_writer.append(value);
    }
    void operator()(const char *key, const char *, const Histogram &value)
    {
        if (value.count() == 0)
            return;
        name(key);
        m_writer.startMap(2);
        name("b");
        m_writer.startArray(quint64(value.buckets().size()) * 2);
        for (auto it = value.buckets().cbegin(); it != value.buckets().cend(); ++it) {
            m_writer.append(qint64(it.key()));
            m_writer.append(quint64(it.value()));
        }
        m_writer.endArray();
        name("m");
        m_writer.append(value.maxUs());
        m_writer.endMap();
    }
    template<typename T>
    void operator()(const char *key, const char *longName, const std::optional<T> &value)
    {
        if (!value)
            return;
        if constexpr (std::is_same_v<T, bool>) {
            name(key);
            m_writer.append(*value); // false is a value here, not an absence
        } else {
            (*this)(key, longName, *value);
        }
    }
    template<typename T>
    void operator()(const char *key, const char *, const std::vector<T> &rows)
    {
        if (rows.empty())
            return;
        name(key);
        m_writer.startArray(quint64(rows.size()));
        for (const T &row : rows)
            map(row);
        m_writer.endArray();
    }
    template<typename T>
        requires std::is_integral_v<T>
    void operator()(const char *key, const char *, T value)
    {
        name(key);
        if constexpr (std::is_unsigned_v<T>)
            m_writer.append(quint64(value));
        else
            m_writer.append(qint64(value));
    }
    template<typename T>
        requires std::is_enum_v<T>
    void operator()(const char *key, const char *, T value)
    {
        name(key);
        m_writer.append(qint64(value));
    }
    template<typename T>
        requires std::is_class_v<T>
    void operator()(const char *key, const char *, const T &value)
    {
        name(key);
        map(value);
    }

    void frame(const Frame &value)
    {
        m_writer.startMap();
        name("v");
        m_writer.append(qint64(kValuesVersion));
        // The visitor is shared with the reader, hence not const; writing changes nothing.
        visitFrame(*this, const_cast<Frame &>(value));
        m_writer.endMap();
    }

private:
    void name(const char *key) { m_writer.append(QLatin1StringView(key)); }
    template<typename T>
    void map(const T &value)
    {
        m_writer.startMap();
        visitFields(*this, value);
        m_writer.endMap();
    }

    CborOut m_writer;
};

template<typename T>
constexpr T kLastOf = T(0);
template<>
constexpr ActorState kLastOf<ActorState> = ActorState::Destroyed;
template<>
constexpr RunnerState kLastOf<RunnerState> = RunnerState::Stopped;
template<>
constexpr ConnectionKind kLastOf<ConnectionKind> = ConnectionKind::WebSocket;
template<>
constexpr ConnectionState kLastOf<ConnectionState> = ConnectionState::Closed;
template<>
constexpr EventKind kLastOf<EventKind> = EventKind::Pool;
template<>
constexpr EventLevel kLastOf<EventLevel> = EventLevel::Error;

class CborReader
{
public:
    explicit CborReader(const QByteArray &bytes) : m_reader(bytes), m_size(bytes.size()) {}

    Result<Frame> frame()
    {
        Frame frame;
        if (!m_reader.isMap())
            return Error::make("monitor", "bad_frame", u"frame: not a CBOR map"_s);
        if (!enter())
            return bad();
        bool first = true;
        while (ok() && m_reader.hasNext()) {
            if (!readKey())
                return bad();
            if (first) {
                first = false;
                if (!isKey("v"))
                    return Error::make("monitor", "bad_frame", u"v: the version must come first"_s);
                qint64 version = 0;
                m_field = "v";
                if (!integer(version, 1, std::numeric_limits<qint64>::max()))
                    return bad();
                if (version > kValuesVersion)
                    return Error::make("monitor", "newer_version",
                                       u"v: values of version %1, this program reads up to %2"_s.arg(version).arg(
                                           kValuesVersion));
                continue;
            }
            m_found = false;
            visitFrame(*this, frame);
            if (!m_found && ok())
                skip();
        }
        if (ok() && first)
            fail("v", "missing"_L1);
        if (!ok() || !leave())
            return bad();
        if (m_reader.currentOffset() != m_size)
            return Error::make("monitor", "bad_frame", u"frame: bytes after the end"_s);
        return frame;
    }

    // Visitor: each call looks whether this member is the one the current key names.
    template<typename T>
    void operator()(const char *key, const char *longName, T &target)
    {
        if (m_found || !isKey(key))
            return;
        m_found = true;
        const char *outer = m_field;
        m_field = longName;
        read(target);
        if (ok())
            m_field = outer;
    }

private:
    bool ok() const { return m_reason.isEmpty(); }
    bool isKey(const char *key) const
    {
        for (int i = 0; i < m_keyBytes; ++i) {
            if (key[i] == 0 || key[i] != m_key[std::size_t(i)]) // what came may hold zeros as well
                return false;
        }
        return m_keyBytes > 0 && key[m_keyBytes] == 0;
    }
    void fail(const char *field, QLatin1StringView reason)
    {
        if (!ok())
            return;
        m_field = field;
        m_reason = reason;
    }
    void typeError(QLatin1StringView expected)
    {
        fail(m_field, m_reader.lastError() == QCborError::NoError ? expected : "truncated or malformed CBOR"_L1);
    }
    Error bad()
    {
        if (m_reason.isEmpty())
            m_reason = m_reader.lastError() == QCborError::EndOfFile ? u"truncated"_s : u"malformed CBOR"_s;
        QString where = m_context;
        if (m_field && *m_field)
            where += (where.isEmpty() ? QString() : u"."_s) + QLatin1StringView(m_field);
        if (where.isEmpty())
            where = u"frame"_s;
        return Error::make("monitor", "bad_frame", where + u": "_s + m_reason);
    }
    bool enter()
    {
        if (!m_reader.enterContainer()) {
            typeError("malformed container"_L1);
            return false;
        }
        return true;
    }
    bool leave()
    {
        if (m_reader.lastError() != QCborError::NoError || !m_reader.leaveContainer()) {
            typeError("malformed container"_L1);
            return false;
        }
        return true;
    }
    void skip()
    {
        if (!m_reader.next())
            typeError("malformed CBOR"_L1);
    }
    bool readKey()
    {
        m_field = "key";
        if (!m_reader.isString()) {
            typeError("a map key is not text"_L1);
            return false;
        }
        // Raw into a buffer: keys are nearly half of all items. A longer one cannot be ours.
        std::array<char, 16> key;
        m_keyBytes = 0;
        bool tooLong = false;
        for (;;) {
            const auto chunk = m_reader.readStringChunk(key.data(), qsizetype(key.size()));
            if (chunk.status == QCborStreamReader::Error) {
                typeError("malformed text"_L1);
                return false;
            }
            if (chunk.status == QCborStreamReader::EndOfString)
                break;
            tooLong = tooLong || chunk.data > qsizetype(m_key.size()) - m_keyBytes;
            if (tooLong)
                continue;
            std::copy_n(key.data(), chunk.data, m_key.data() + m_keyBytes);
            m_keyBytes += int(chunk.data);
        }
        if (tooLong)
            m_keyBytes = 0;
        m_field = "";
        return true;
    }
    void read(QString &target)
    {
        if (!m_reader.isString())
            return typeError("text expected"_L1);
        target.clear();
        for (;;) {
            // Checked here so that a lying length cannot make us allocate it.
            if (m_reader.isLengthKnown() && m_reader.length() > quint64(m_size))
                return fail(m_field, "truncated text"_L1);
            const auto chunk = m_reader.readString();
            if (chunk.status == QCborStreamReader::Ok) {
                target += chunk.data;
                continue;
            }
            if (chunk.status == QCborStreamReader::Error)
                typeError("malformed text"_L1);
            return;
        }
    }
    void read(QByteArray &target)
    {
        if (!m_reader.isByteArray())
            return typeError("bytes expected"_L1);
        target.clear();
        for (;;) {
            if (m_reader.isLengthKnown() && m_reader.length() > quint64(m_size))
                return fail(m_field, "truncated bytes"_L1);
            const auto chunk = m_reader.readByteArray();
            if (chunk.status == QCborStreamReader::Ok) {
                target += chunk.data;
                continue;
            }
            if (chunk.status == QCborStreamReader::Error)
                typeError("malformed bytes"_L1);
            return;
        }
    }
    void read(QStringList &target)
    {
        if (!m_reader.isArray())
            return typeError("array expected"_L1);
        target.clear();
        if (!enter())
            return;
        while (ok() && m_reader.hasNext()) {
            QString line;
            read(line);
            target.append(line);
        }
        if (ok())
            leave();
    }
    void read(bool &target)
    {
        if (!m_reader.isBool())
            return typeError("true or false expected"_L1);
        target = m_reader.toBool();
        skip();
    }
    bool integer(qint64 &target, qint64 low, qint64 high)
    {
        if (m_reader.isUnsignedInteger()) {
            const quint64 value = m_reader.toUnsignedInteger();
            if (value > quint64(std::numeric_limits<qint64>::max())) {
                fail(m_field, "integer out of range"_L1);
                return false;
            }
            target = qint64(value);
        } else if (m_reader.isNegativeInteger()) {
            const quint64 magnitude = quint64(m_reader.toNegativeInteger());
            // 2^63 is the largest magnitude a qint64 holds; the enum gives 0 for 2^64.
            if (magnitude == 0 || magnitude > (quint64(1) << 63)) {
                fail(m_field, "integer out of range"_L1);
                return false;
            }
            target = qint64(quint64(0) - magnitude);
        } else {
            typeError("integer expected"_L1);
            return false;
        }
        if (target < low || target > high) {
            fail(m_field, "integer out of range"_L1);
            return false;
        }
        skip();
        return ok();
    }
    void read(quint64 &target)
    {
        if (!m_reader.isUnsignedInteger())
            return typeError("unsigned integer expected"_L1);
        target = m_reader.toUnsignedInteger();
        skip();
    }
    template<typename T>
        requires(std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, quint64>)
    void read(T &target)
    {
        qint64 value = 0;
        if (integer(value, qint64(std::numeric_limits<T>::min()), qint64(std::numeric_limits<T>::max())))
            target = T(value);
    }
    /// A number this version has no name for becomes Unknown (a level becomes Info): newer producers stay readable.
    template<typename T>
        requires std::is_enum_v<T>
    void read(T &target)
    {
        qint64 value = 0;
        if (!integer(value, 0, std::numeric_limits<int>::max()))
            return;
        if (value > qint64(kLastOf<T>))
            target = std::is_same_v<T, EventLevel> ? T(EventLevel::Info) : T(0);
        else
            target = T(value);
    }
    void read(Histogram &target)
    {
        if (!m_reader.isMap())
            return typeError("map expected"_L1);
        QHash<int, quint64> buckets;
        qint64 maxUs = 0;
        if (!enter())
            return;
        const char *field = m_field;
        while (ok() && m_reader.hasNext()) {
            if (!readKey())
                return;
            m_field = field;
            if (isKey("b")) {
                if (!m_reader.isArray())
                    return typeError("array of buckets expected"_L1);
                if (!enter())
                    return;
                while (ok() && m_reader.hasNext()) {
                    qint64 bucket = 0;
                    quint64 count = 0;
                    if (!integer(bucket, 0, kMaxBucketsPerHistogram - 1))
                        return;
                    read(count);
                    if (ok())
                        buckets[int(bucket)] += count;
                }
                if (!ok() || !leave())
                    return;
            } else if (isKey("m")) {
                if (!integer(maxUs, 0, std::numeric_limits<qint64>::max()))
                    return;
            } else {
                skip();
            }
        }
        if (ok() && leave())
            target.setRaw(std::move(buckets), maxUs);
    }
    template<typename T>
    void read(std::optional<T> &target)
    {
        T value{};
        read(value);
        if (ok())
            target = std::move(value);
    }
    template<typename T>
    void read(std::vector<T> &rows)
    {
        if (!m_reader.isArray())
            return typeError("array expected"_L1);
        const QString outer = m_context;
        const char *field = m_field;
        rows.clear();
        if (!enter())
            return;
        while (ok() && m_reader.hasNext()) {
            // The row number is only written down when something is wrong: this is the hot loop.
            T row{};
            m_field = "";
            read(row);
            if (!ok()) {
                m_context = (outer.isEmpty() ? QString() : outer + u"."_s) + QLatin1StringView(field) + u"["_s
                    + QString::number(rows.size()) + u"]"_s + m_context.mid(outer.size());
                return;
            }
            rows.push_back(std::move(row));
        }
        if (ok())
            leave();
        m_found = true;
    }
    template<typename T>
        requires std::is_class_v<T>
    void read(T &value)
    {
        if (!m_reader.isMap())
            return typeError("map expected"_L1);
        if (!enter())
            return;
        while (ok() && m_reader.hasNext()) {
            if (!readKey())
                return;
            m_found = false;
            visitFields(*this, value);
            if (!m_found && ok())
                skip();
        }
        if (ok())
            leave();
        m_found = true;
    }

    QCborStreamReader m_reader;
    qint64 m_size;
    std::array<char, 16> m_key{};
    int m_keyBytes = 0;
    const char *m_field = "";
    QString m_context;
    QString m_reason;
    bool m_found = false;
};

} // namespace

QByteArray encodeFrame(const Frame &frame)
{
    QByteArray out;
    appendFrame(out, frame);
    return out;
}

void appendFrame(QByteArray &out, const Frame &frame)
{
    CborWriter(out).frame(frame);
}

Result<Frame> decodeFrame(const QByteArray &cbor, Traces traces)
{
    Result<Frame> frame = CborReader(cbor).frame();
    if (frame && traces == Traces::Unpack && !frame->traces.empty()) {
        if (const Status status = frame->unpackTraces(); !status)
            return status.error();
    }
    return frame;
}

Status Frame::unpackTraces()
{
    std::vector<Event> unpacked;
    for (const TraceBlock &block : traces) {
        Result<std::vector<Event>> some = unpack(block);
        if (!some)
            return some.error();
        if (unpacked.empty())
            unpacked = std::move(*some);
        else
            unpacked.insert(unpacked.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
    }
    traces.clear();
    if (events.empty()) {
        events = std::move(unpacked);
        return okStatus();
    }
    const auto middle = qsizetype(events.size());
    events.insert(events.end(), std::make_move_iterator(unpacked.begin()), std::make_move_iterator(unpacked.end()));
    std::inplace_merge(events.begin(), events.begin() + middle, events.end(),
                       [](const Event &a, const Event &b) { return a.seq < b.seq; });
    return okStatus();
}

} // namespace dormouse::monitor
