// SPDX-License-Identifier: Apache-2.0
#include "tests/record/samples.h"

#include "engine/monitor/fields.h"

using namespace Qt::StringLiterals;

namespace dormouse::samples {

using namespace monitor;

namespace {

class Filler
{
public:
    explicit Filler(Random &random) : m_random(random) {}

    void operator()(const char *, const char *, QString &value)
    {
        static const QString alphabet = u"abcXYZ019 _-/?=\"\\\n\u00e4\u4e2d"_s;
        const int length = int(m_random.below(12));
        for (int i = 0; i < length; ++i)
            value += alphabet.at(int(m_random.below(quint64(alphabet.size()))));
        if (m_random.below(6) == 0)
            value += u"\U0001F42D"_s;
    }
    void operator()(const char *, const char *, QByteArray &value) { value = m_random.bytes(int(m_random.below(300))); }
    void operator()(const char *key, const char *name, QStringList &value)
    {
        for (quint64 n = m_random.below(4); n > 0; --n) {
            QString line;
            (*this)(key, name, line);
            value.append(line);
        }
    }
    void operator()(const char *, const char *, bool &value) { value = m_random.below(2) == 1; }
    void operator()(const char *, const char *, Histogram &value)
    {
        for (quint64 n = m_random.below(50); n > 0; --n)
            value.add(qint64(m_random.next() >> (m_random.below(60) + 4)), 1 + m_random.below(5));
    }
    template<typename T>
    void operator()(const char *key, const char *name, std::optional<T> &value)
    {
        if (m_random.below(3) == 0)
            return;
        T filled{};
        (*this)(key, name, filled);
        value = filled;
    }
    template<typename T>
        requires std::is_integral_v<T>
    void operator()(const char *, const char *, T &value)
    {
        switch (m_random.below(5)) {
        case 0: value = std::numeric_limits<T>::max(); break;
        case 1: value = std::numeric_limits<T>::min(); break;
        case 2: value = T(0); break;
        default: value = T(m_random.next()); break;
        }
    }
    void operator()(const char *, const char *, ActorState &value) { value = pick(ActorState::Destroyed); }
    void operator()(const char *, const char *, RunnerState &value) { value = pick(RunnerState::Stopped); }
    void operator()(const char *, const char *, ConnectionKind &value) { value = pick(ConnectionKind::WebSocket); }
    void operator()(const char *, const char *, ConnectionState &value) { value = pick(ConnectionState::Closed); }
    void operator()(const char *, const char *, EventKind &value) { value = pick(EventKind::Pool); }
    void operator()(const char *, const char *, EventLevel &value) { value = pick(EventLevel::Error); }

    template<typename T>
    void operator()(const char *, const char *, std::vector<T> &out)
    {
        rows(out);
    }
    template<typename T>
    void rows(std::vector<T> &out)
    {
        for (quint64 n = m_random.below(4); n > 0; --n) {
            T row;
            visitFields(*this, row);
            out.push_back(row);
        }
    }

private:
    template<typename T>
    T pick(T last)
    {
        return T(m_random.below(quint64(last) + 1));
    }
    Random &m_random;
};

/// Turns every field into text, so that two values can be compared and a difference named.
class Lister
{
public:
    QStringList lines;

    void operator()(const char *, const char *name, const QString &value) { add(name, value.isEmpty() ? QString() : u"\""_s + value); }
    void operator()(const char *, const char *name, const QByteArray &value) { add(name, QString::fromLatin1(value.toHex())); }
    void operator()(const char *, const char *name, const QStringList &value) { add(name, value.join(u'|') + QString::number(value.size())); }
    void operator()(const char *, const char *name, const Histogram &value)
    {
        QMap<int, quint64> sorted;
        for (auto it = value.buckets().cbegin(); it != value.buckets().cend(); ++it)
            sorted.insert(it.key(), it.value());
        QString text = u"count %1 max %2:"_s.arg(value.count()).arg(value.maxUs());
        for (auto it = sorted.cbegin(); it != sorted.cend(); ++it)
            text += u" %1=%2"_s.arg(it.key()).arg(it.value());
        add(name, text);
    }
    template<typename T>
    void operator()(const char *key, const char *name, const std::optional<T> &value)
    {
        if (value)
            (*this)(key, name, *value);
        else
            add(name, u"absent"_s);
    }
    template<typename T>
        requires(std::is_integral_v<T> || std::is_enum_v<T>)
    void operator()(const char *, const char *name, T value)
    {
        if constexpr (std::is_same_v<T, quint64>)
            add(name, QString::number(value));
        else
            add(name, QString::number(qint64(value)));
    }
    template<typename T>
    void operator()(const char *, const char *name, const std::vector<T> &values)
    {
        rows(name, values);
    }
    template<typename T>
    void rows(const char *name, const std::vector<T> &values)
    {
        add(name, u"%1 rows"_s.arg(values.size()));
        for (const T &value : values)
            visitFields(*this, value);
    }
    void add(const char *name, const QString &value) { lines.append(QLatin1StringView(name) + u" = "_s + value); }
};

QStringList linesOf(const Frame &frame)
{
    Lister lister;
    lister("", "revision", frame.revision);
    lister("", "ts", frame.ts);
    lister("", "snapshot", frame.snapshot);
    lister("", "cluster", frame.cluster.has_value());
    if (frame.cluster)
        visitFields(lister, *frame.cluster);
    lister.rows("actors", frame.actors);
    lister.rows("runners", frame.runners);
    lister.rows("connections", frame.connections);
    lister.rows("events", frame.events);
    lister("", "events_dropped", frame.eventsDropped);
    lister.rows("latency", frame.latency);
    lister.rows("settings", frame.settings);
    lister.rows("machines", frame.machines);
    lister("", "pending_of", frame.pendingOf);
    lister.rows("pending", frame.pending);
    return lister.lines;
}

Event eventAt(quint64 &seq, qint64 startTs, qint64 us, EventKind kind)
{
    Event event;
    event.seq = ++seq;
    event.ts = startTs + us / 1000;
    event.monoUs = 5'000'000 + us;
    event.kind = kind;
    event.level = kind >= EventKind::MessageIn && kind <= EventKind::HttpResponse ? EventLevel::Trace : EventLevel::Info;
    return event;
}

} // namespace

Frame randomFrame(Random &random)
{
    Filler fill(random);
    Frame frame;
    fill("", "", frame.revision);
    fill("", "", frame.ts);
    fill("", "", frame.snapshot);
    if (random.below(2) == 0) {
        frame.cluster.emplace();
        visitFields(fill, *frame.cluster);
    }
    fill.rows(frame.actors);
    fill.rows(frame.runners);
    fill.rows(frame.connections);
    fill.rows(frame.events);
    fill("", "", frame.eventsDropped);
    fill.rows(frame.latency);
    fill.rows(frame.settings);
    fill.rows(frame.machines);
    fill("", "", frame.pendingOf);
    fill.rows(frame.pending);
    return frame;
}

bool sameFrame(const Frame &a, const Frame &b, QString *difference)
{
    const QStringList left = linesOf(a);
    const QStringList right = linesOf(b);
    for (int i = 0; i < std::max(left.size(), right.size()); ++i) {
        if (left.value(i) != right.value(i)) {
            *difference = u"line %1: \"%2\" against \"%3\""_s.arg(i).arg(left.value(i), right.value(i));
            return false;
        }
    }
    return true;
}

std::vector<Frame> story(qint64 startTs)
{
    std::vector<Frame> frames(6);
    for (int i = 0; i < 6; ++i) {
        frames[std::size_t(i)].revision = quint64(i + 1);
        frames[std::size_t(i)].ts = startTs + i * 1000;
    }
    quint64 seq = 0;
    const auto add = [&](int frame, qint64 us, EventKind kind) -> Event & {
        auto &events = frames[std::size_t(frame)].events;
        events.push_back(eventAt(seq, startTs, us, kind));
        return events.back();
    };
    const auto actor = [&](int frame, ActorState state) {
        ActorInfo row;
        row.actorId = u"actor-1"_s;
        row.name = u"chat"_s;
        row.state = state;
        row.createTs = startTs;
        frames[std::size_t(frame)].actors.push_back(row);
    };
    const auto connection = [&](int frame, ConnectionState state, int pending) {
        ConnectionInfo row;
        row.connectionId = u"conn-1"_s;
        row.actorId = u"actor-1"_s;
        row.kind = ConnectionKind::WebSocket;
        row.state = state;
        row.path = u"/ws?room=7&token=hunter2"_s;
        row.pendingMessages = pending;
        row.pendingBytes = pending * 10;
        frames[std::size_t(frame)].connections.push_back(row);
    };
    const auto state = [&](int frame, qint64 us, const QString &from, const QString &to) {
        Event &event = add(frame, us, EventKind::ActorState);
        event.actorId = u"actor-1"_s;
        event.from = from;
        event.to = to;
    };
    const auto message = [&](int frame, qint64 us, EventKind kind) {
        Event &event = add(frame, us, kind);
        event.connectionId = u"conn-1"_s;
        event.actorId = u"actor-1"_s;
        event.runnerId = u"runner-1"_s;
        event.index = 1;
        event.value = 10;
    };
    const auto request = [&](int frame, qint64 us, EventKind kind, const QString &id) {
        Event &event = add(frame, us, kind);
        event.connectionId = id;
        event.actorId = u"actor-1"_s;
    };

    frames[0].snapshot = true;
    frames[0].cluster.emplace();
    frames[0].cluster->engineVersion = u"0.1.0"_s;
    frames[0].cluster->pendingMessages = 0;
    frames[0].settings.push_back({u"auth"_s, u"adminToken"_s, {}, u"hunter2"_s, {}, {}, {}});
    RunnerInfo runner;
    runner.runnerId = u"runner-1"_s;
    runner.state = RunnerState::Connected;
    runner.totalSlots = 4;
    frames[0].runners.push_back(runner);
    actor(0, ActorState::Pending);
    state(1, 1'000'000, u"pending"_s, u"starting"_s);
    state(1, 1'000'400, u"starting"_s, u"running"_s);
    actor(1, ActorState::Running);
    Event &opened = add(1, 1'000'500, EventKind::ConnectionOpened);
    opened.connectionId = u"conn-1"_s;
    opened.text = u"offered rivet_token.hunter2"_s;
    connection(1, ConnectionState::Attached, 0);
    message(2, 2'000'000, EventKind::MessageIn);
    message(2, 2'000'001, EventKind::MessageSent);
    connection(2, ConnectionState::Attached, 1);
    frames[2].pendingOf = u"conn-1"_s;
    PendingMessageInfo pending;
    pending.index = 1;
    pending.bytes = 10;
    pending.preview = "hunter2";
    frames[2].pending.push_back(pending);
    state(3, 3'000'000, u"running"_s, u"sleeping"_s);
    actor(3, ActorState::Sleeping);
    connection(3, ConnectionState::Hibernating, 1);
    state(4, 4'000'000, u"sleeping"_s, u"running"_s);
    actor(4, ActorState::Running);
    message(4, 4'000'100, EventKind::MessageResent);
    message(4, 4'000'900, EventKind::MessageAcked);
    request(4, 4'100'000, EventKind::HttpRequest, u"http-1"_s);
    request(4, 4'200'000, EventKind::HttpRequest, u"http-2"_s);
    request(4, 4'300'000, EventKind::HttpResponse, u"http-1"_s);
    request(4, 4'400'000, EventKind::HttpResponse, u"http-2"_s);
    connection(4, ConnectionState::Attached, 0);
    frames[4].eventsDropped = 3;
    Event &limit = add(5, 5'000'000, EventKind::Limit);
    limit.level = EventLevel::Warn;
    limit.actorId = u"actor-1"_s;
    limit.reason = u"pending_limit_reached"_s;
    Event &closed = add(5, 5'000'500, EventKind::ConnectionClosed);
    closed.connectionId = u"conn-1"_s;
    connection(5, ConnectionState::Closed, 0);
    LatencySlice slice;
    slice.startTs = startTs + 4000;
    slice.ack.add(900);
    frames[4].latency.push_back(slice);
    return frames;
}

} // namespace dormouse::samples
