// SPDX-License-Identifier: Apache-2.0
#include "engine/record/exporter.h"

#include <QHash>
#include <QIODevice>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

#include <algorithm>
#include <deque>

using namespace Qt::StringLiterals;

namespace dormouse::record {

using monitor::Event;
using monitor::EventKind;
using monitor::Frame;

namespace {

struct Origin
{
    qint64 wallMs = 0;
    qint64 monoUs = 0;
    quint64 eventsDropped = 0;
};

/// The origin is the first event: its two clocks were read together, on the machine that was recorded.
Result<Origin> findOrigin(const SessionReader &reader)
{
    Origin origin{reader.firstTs(), reader.header().originUs, reader.eventsLost()};
    bool found = false;
    const Status status = reader.forEachFrame([&](const Frame &frame) {
        origin.eventsDropped += frame.eventsDropped;
        if (!found && !frame.events.empty()) {
            found = true;
            origin.wallMs = frame.events.front().ts;
            origin.monoUs = frame.events.front().monoUs;
        }
        return true;
    });
    if (!status)
        return status.error();
    return origin;
}

QJsonObject originJson(const Origin &origin)
{
    return {{u"wall_ms"_s, origin.wallMs}, {u"mono_us"_s, origin.monoUs}};
}

QJsonObject dropsJson(const SessionReader &reader, const Origin &origin)
{
    return {{u"events"_s, qint64(origin.eventsDropped)}, {u"frames"_s, qint64(reader.framesLost())}};
}

Error writeError(const QIODevice &out)
{
    return Error::make("record", "cannot_write", out.errorString());
}

class TraceWriter
{
public:
    TraceWriter(const SessionReader &reader, const Origin &origin, QIODevice &out, qint64 maxBytes)
        : m_reader(reader), m_origin(origin), m_out(out), m_maxBytes(maxBytes)
    {
    }
    Result<ExportStats> run();

private:
    enum Tier { Client = 1, Gateway, Runner, Actor };
    struct Unit
    {
        int tid = 0;
        double bornUs = 0;
        double stateUs = 0;
        QString state;
        bool ended = false;
    };
    struct Send
    {
        int index = 0;
        int attempt = 0;
        double us = 0;
        QString runnerId;
    };

    double usOf(const Event &event) const { return double(event.monoUs - m_origin.monoUs); }
    double usOf(qint64 wallMs) const { return double(wallMs - m_origin.wallMs) * 1000.0; }
    void put(const QJsonObject &object);
    int track(Tier tier, const QString &unit, const QString &name);
    Unit &unit(Tier tier, const QString &id, double us);
    void enterState(Tier tier, const QString &id, const QString &state, double us, bool ended);
    void closeState(Tier tier, const QString &id, Unit &unit, double us);
    void endUnit(Tier tier, const QString &id, Unit &unit, double us);
    void slice(Tier tier, int tid, const QString &name, double us, double dur, const QJsonObject &args);
    void flow(const char *phase, Tier tier, int tid, const QString &id, double us);
    void message(const Event &event, double us);
    void acknowledged(const Event &event, double us);
    void http(const Event &event, double us);
    void onEvent(const Event &event);
    void onRows(const Frame &frame);
    void counter(const QString &name, double us, qint64 messages, qint64 bytes);
    static const QSet<QString> &stateWords(Tier tier);

    const SessionReader &m_reader;
    const Origin &m_origin;
    QIODevice &m_out;
    qint64 m_maxBytes;
    qint64 m_bytes = 0;
    ExportStats m_stats;
    bool m_failed = false;
    double m_nowUs = 0; ///< latest time seen, so that times taken from the wall clock never go back
    QHash<QString, int> m_tracks; ///< tier and unit
    int m_nextTid = 1;
    QHash<QString, Unit> m_units[5];
    QHash<QString, QHash<int, int>> m_attempts;
    QHash<QString, std::deque<Send>> m_sends;
    QHash<QString, std::pair<double, int>> m_requests; ///< open HTTP requests
    QHash<QString, std::pair<qint64, qint64>> m_counters;
};

/// Short enough for neighbours one microsecond apart not to overlap.
constexpr double kMessageSliceUs = 0.9;
constexpr std::size_t kMaxSendsTracked = 70'000; ///< per connection; indices are 16 bit

const QSet<QString> &TraceWriter::stateWords(Tier tier)
{
    static const auto collect = [](auto last) {
        QSet<QString> words;
        for (int i = 1; i <= int(last); ++i)
            words.insert(monitor::toString(decltype(last)(i)));
        return words;
    };
    static const QSet<QString> actors = collect(monitor::ActorState::Destroyed);
    static const QSet<QString> runners = collect(monitor::RunnerState::Stopped);
    static const QSet<QString> connections = collect(monitor::ConnectionState::Closed);
    return tier == Actor ? actors : tier == Runner ? runners : connections;
}

void TraceWriter::put(const QJsonObject &object)
{
    QByteArray text = m_stats.written == 0 ? QByteArray("\n") : QByteArray(",\n");
    text += QJsonDocument(object).toJson(QJsonDocument::Compact);
    m_failed = m_failed || m_out.write(text) != text.size();
    m_bytes += text.size();
    ++m_stats.written;
}

int TraceWriter::track(Tier tier, const QString &unit, const QString &name)
{
    const QString key = QString::number(int(tier)) + u'/' + unit;
    const auto known = m_tracks.constFind(key);
    if (known != m_tracks.cend())
        return *known;
    const int tid = m_nextTid++;
    m_tracks.insert(key, tid);
    put({{u"ph"_s, u"M"_s}, {u"pid"_s, int(tier)}, {u"tid"_s, tid}, {u"name"_s, u"thread_name"_s},
         {u"args"_s, QJsonObject{{u"name"_s, name}}}});
    put({{u"ph"_s, u"M"_s}, {u"pid"_s, int(tier)}, {u"tid"_s, tid}, {u"name"_s, u"thread_sort_index"_s},
         {u"args"_s, QJsonObject{{u"sort_index"_s, tid}}}});
    return tid;
}

TraceWriter::Unit &TraceWriter::unit(Tier tier, const QString &id, double us)
{
    auto &units = m_units[tier];
    auto it = units.find(id);
    if (it == units.end()) {
        const QString kind = tier == Actor ? u"actor "_s : tier == Runner ? u"runner "_s : u"connection "_s;
        it = units.insert(id, Unit{track(tier, id, kind + id), us, us, {}, false});
    }
    return *it;
}

void TraceWriter::slice(Tier tier, int tid, const QString &name, double us, double dur, const QJsonObject &args)
{
    put({{u"ph"_s, u"X"_s}, {u"pid"_s, int(tier)}, {u"tid"_s, tid}, {u"name"_s, name}, {u"cat"_s, u"dormouse"_s},
         {u"ts"_s, us}, {u"dur"_s, dur}, {u"args"_s, args}});
}

void TraceWriter::closeState(Tier tier, const QString &, Unit &unit, double us)
{
    if (!unit.state.isEmpty())
        slice(tier, unit.tid, unit.state, unit.stateUs, std::max(us - unit.stateUs, 0.0), {});
}

void TraceWriter::endUnit(Tier tier, const QString &id, Unit &unit, double us)
{
    closeState(tier, id, unit, us);
    slice(tier, unit.tid, id, unit.bornUs, std::max(us - unit.bornUs, 0.0), {{u"id"_s, id}});
    unit.state.clear();
    unit.ended = true;
}

void TraceWriter::enterState(Tier tier, const QString &id, const QString &state, double us, bool ended)
{
    if (id.isEmpty() || (ended && !m_units[tier].contains(id)))
        return;
    Unit &held = unit(tier, id, us);
    if (held.ended || held.state == state)
        return;
    us = std::max(us, held.stateUs); // nesting needs times that do not go back
    if (ended)
        return endUnit(tier, id, held, us);
    closeState(tier, id, held, us);
    held.state = state;
    held.stateUs = us;
}

void TraceWriter::flow(const char *phase, Tier tier, int tid, const QString &id, double us)
{
    QJsonObject object{{u"ph"_s, QLatin1StringView(phase)}, {u"pid"_s, int(tier)}, {u"tid"_s, tid},
                       {u"name"_s, u"message"_s}, {u"cat"_s, u"message"_s}, {u"id"_s, id}, {u"ts"_s, us}};
    if (*phase == 'f')
        object.insert(u"bp"_s, u"e"_s);
    put(object);
}

void TraceWriter::message(const Event &event, double us)
{
    if (m_bytes > m_maxBytes) {
        m_stats.thinned = true;
        return;
    }
    QJsonObject args{{u"connection_id"_s, event.connectionId}};
    if (event.index)
        args.insert(u"index"_s, *event.index);
    if (event.value)
        args.insert(event.kind == EventKind::MessageAcked ? u"latency_us"_s : u"bytes"_s, *event.value);
    if (event.kind == EventKind::MessageAcked) {
        const int tid = track(Runner, u"messages/"_s + event.connectionId, u"messages of "_s + event.connectionId);
        slice(Runner, tid, monitor::toString(event.kind), us, kMessageSliceUs, args);
        return acknowledged(event, us);
    }
    const int tid = track(Gateway, event.connectionId, u"messages of "_s + event.connectionId);
    slice(Gateway, tid, monitor::toString(event.kind), us, kMessageSliceUs, args);
    if (!event.index || (event.kind != EventKind::MessageSent && event.kind != EventKind::MessageResent))
        return;
    auto &sends = m_sends[event.connectionId];
    sends.push_back({*event.index, ++m_attempts[event.connectionId][*event.index], us, event.runnerId});
    if (sends.size() > kMaxSendsTracked)
        sends.pop_front();
}

/// An acknowledgement covers everything sent before it; each send gets its own arrow. Arrows are written as pairs,
/// so that none is left without an end.
void TraceWriter::acknowledged(const Event &event, double us)
{
    if (!event.index)
        return;
    const auto held = m_sends.find(event.connectionId);
    if (held == m_sends.end())
        return;
    const auto last = std::find_if(held->rbegin(), held->rend(),
                                   [&](const Send &send) { return send.index == *event.index; });
    if (last == held->rend())
        return;
    const int from = track(Gateway, event.connectionId, {});
    const int to = track(Runner, u"messages/"_s + event.connectionId, {});
    const auto end = last.base();
    for (auto it = held->begin(); it != end; ++it) {
        const QString id = u"%1:in:%2:%3"_s.arg(event.connectionId).arg(it->index).arg(it->attempt);
        flow("s", Gateway, from, id, it->us);
        flow("f", Runner, to, id, us);
    }
    held->erase(held->begin(), end);
}

void TraceWriter::http(const Event &event, double us)
{
    const QString &id = event.connectionId;
    const bool begins = event.kind == EventKind::HttpRequest;
    if (begins == m_requests.contains(id))
        return; // a retry of an open one, or an answer whose request was before the recording
    const int tid = track(Gateway, u"http/"_s + event.actorId, u"requests of "_s + event.actorId);
    put({{u"ph"_s, begins ? u"b"_s : u"e"_s}, {u"pid"_s, int(Gateway)}, {u"tid"_s, begins ? tid : m_requests[id].second},
         {u"name"_s, u"request"_s}, {u"cat"_s, u"http"_s}, {u"id"_s, id}, {u"ts"_s, us},
         {u"args"_s, monitor::toJson(event)}});
    if (begins)
        m_requests.insert(id, {us, tid});
    else
        m_requests.remove(id);
}

void TraceWriter::onEvent(const Event &event)
{
    const double us = usOf(event);
    m_nowUs = std::max(m_nowUs, us);
    switch (event.kind) {
    case EventKind::ActorCreated:
        unit(Actor, event.actorId, us);
        break;
    case EventKind::ActorState:
        if (stateWords(Actor).contains(event.to))
            enterState(Actor, event.actorId, event.to, us, event.to == monitor::toString(monitor::ActorState::Destroyed));
        break;
    case EventKind::ActorDestroyed:
        enterState(Actor, event.actorId, monitor::toString(monitor::ActorState::Destroyed), us, true);
        break;
    case EventKind::RunnerConnected:
        enterState(Runner, event.runnerId, monitor::toString(monitor::RunnerState::Connected), us, false);
        break;
    case EventKind::RunnerState:
        if (stateWords(Runner).contains(event.to))
            enterState(Runner, event.runnerId, event.to, us, event.to == monitor::toString(monitor::RunnerState::Stopped));
        break;
    case EventKind::ConnectionOpened:
        if (!event.connectionId.isEmpty())
            unit(Client, event.connectionId, us);
        break;
    case EventKind::ConnectionState:
        if (stateWords(Client).contains(event.to))
            enterState(Client, event.connectionId, event.to, us, event.to == monitor::toString(monitor::ConnectionState::Closed));
        break;
    case EventKind::ConnectionClosed:
        enterState(Client, event.connectionId, monitor::toString(monitor::ConnectionState::Closed), us, true);
        break;
    case EventKind::MessageIn:
    case EventKind::MessageSent:
    case EventKind::MessageResent:
    case EventKind::MessageAcked:
    case EventKind::MessageOut:
        message(event, us);
        break;
    case EventKind::HttpRequest:
    case EventKind::HttpResponse:
        http(event, us);
        break;
    case EventKind::Unknown:
    case EventKind::ActorWake:
    case EventKind::ActorAlarm:
    case EventKind::RunnerClosed:
    case EventKind::RunnerEvicted:
    case EventKind::RunnerParked:
    case EventKind::RunnerReconciled:
    case EventKind::QueueChanged:
    case EventKind::Keepalive:
    case EventKind::Limit:
    case EventKind::Protocol:
    case EventKind::Engine:
    case EventKind::Command:
    case EventKind::Pool:
        break;
    }
    if (event.level >= monitor::EventLevel::Warn) {
        const QString where = event.actorId.isEmpty() ? u"findings"_s : event.actorId;
        const Tier tier = event.actorId.isEmpty() ? Gateway : Actor;
        const QString name = event.reason.isEmpty() ? monitor::toString(event.kind) : event.reason;
        put({{u"ph"_s, u"i"_s}, {u"s"_s, u"t"_s}, {u"pid"_s, int(tier)},
             {u"tid"_s, tier == Actor ? unit(Actor, where, us).tid : track(tier, where, where)}, {u"name"_s, name},
             {u"cat"_s, u"finding"_s}, {u"ts"_s, us}, {u"args"_s, monitor::toJson(event)}});
    }
}

void TraceWriter::counter(const QString &name, double us, qint64 messages, qint64 bytes)
{
    const std::pair<qint64, qint64> value{messages, bytes};
    const auto known = m_counters.constFind(name);
    if (known != m_counters.cend() ? *known == value : value == std::pair<qint64, qint64>{})
        return;
    m_counters.insert(name, value);
    put({{u"ph"_s, u"C"_s}, {u"pid"_s, int(Gateway)}, {u"tid"_s, 0}, {u"name"_s, name}, {u"ts"_s, us},
         {u"args"_s, QJsonObject{{u"messages"_s, messages}, {u"bytes"_s, bytes}}}});
}

/// Rows tell what was there before the first event, and what lost events would have told.
void TraceWriter::onRows(const Frame &frame)
{
    m_nowUs = std::max(m_nowUs, usOf(frame.ts));
    for (const auto &row : frame.actors)
        enterState(Actor, row.actorId, monitor::toString(row.state), m_nowUs, row.state == monitor::ActorState::Destroyed);
    for (const auto &row : frame.runners)
        enterState(Runner, row.runnerId, monitor::toString(row.state), m_nowUs, row.state == monitor::RunnerState::Stopped);
    for (const auto &row : frame.connections) {
        const bool closed = row.state == monitor::ConnectionState::Closed;
        enterState(Client, row.connectionId, monitor::toString(row.state), m_nowUs, closed);
        if (row.kind == monitor::ConnectionKind::WebSocket && row.pendingMessages) {
            counter(u"pending of "_s + row.connectionId, m_nowUs, closed ? 0 : *row.pendingMessages,
                    closed ? 0 : row.pendingBytes.value_or(0));
        }
    }
    if (frame.cluster && frame.cluster->pendingMessages)
        counter(u"pending"_s, m_nowUs, *frame.cluster->pendingMessages, frame.cluster->pendingBytes.value_or(0));
}

Result<ExportStats> TraceWriter::run()
{
    const QByteArray head("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
    m_failed = m_out.write(head) != head.size();
    static constexpr const char *kTiers[] = {"", "clients", "gateway", "runners", "actors"};
    for (int tier = Client; tier <= Actor; ++tier) {
        put({{u"ph"_s, u"M"_s}, {u"pid"_s, tier}, {u"tid"_s, 0}, {u"name"_s, u"process_name"_s},
             {u"args"_s, QJsonObject{{u"name"_s, QLatin1StringView(kTiers[tier])}}}});
        put({{u"ph"_s, u"M"_s}, {u"pid"_s, tier}, {u"tid"_s, 0}, {u"name"_s, u"process_sort_index"_s},
             {u"args"_s, QJsonObject{{u"sort_index"_s, tier}}}});
    }
    const Status status = m_reader.forEachFrame([this](const Frame &frame) {
        for (const Event &event : frame.events)
            onEvent(event);
        onRows(frame);
        return !m_failed;
    });
    if (!status)
        return status.error();
    for (int tier = Client; tier <= Actor; ++tier) {
        for (auto it = m_units[tier].begin(); it != m_units[tier].end(); ++it) {
            if (!it->ended)
                endUnit(Tier(tier), it.key(), *it, std::max(m_nowUs, it->stateUs));
        }
    }
    for (auto it = m_requests.cbegin(); it != m_requests.cend(); ++it) {
        put({{u"ph"_s, u"e"_s}, {u"pid"_s, int(Gateway)}, {u"tid"_s, it->second}, {u"name"_s, u"request"_s},
             {u"cat"_s, u"http"_s}, {u"id"_s, it.key()}, {u"ts"_s, m_nowUs},
             {u"args"_s, QJsonObject{{u"unfinished"_s, true}}}});
    }
    m_stats.eventsDropped = m_origin.eventsDropped;
    const QJsonObject other{{u"tool"_s, m_reader.header().tool},
                            {u"source"_s, m_reader.header().source},
                            {u"clock_origin"_s, originJson(m_origin)},
                            {u"drops"_s, dropsJson(m_reader, m_origin)},
                            {u"thinned"_s, m_stats.thinned},
                            {u"notice"_s, m_reader.notice()}};
    const QByteArray tail = "\n],\"otherData\":" + QJsonDocument(other).toJson(QJsonDocument::Compact) + "}\n";
    m_failed = m_failed || m_out.write(tail) != tail.size();
    if (m_failed)
        return writeError(m_out);
    return m_stats;
}

} // namespace

Result<ExportStats> exportJsonLines(const SessionReader &reader, QIODevice &out)
{
    const Result<Origin> origin = findOrigin(reader);
    if (!origin)
        return origin.error();
    ExportStats stats;
    stats.eventsDropped = origin->eventsDropped;
    bool failed = false;
    const auto line = [&](const QJsonObject &object) {
        const QByteArray text = QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
        failed = failed || out.write(text) != text.size();
    };
    line({{u"format"_s, u"dormouse-events"_s},
          {u"schema"_s, kJsonLinesSchema},
          {u"tool"_s, reader.header().tool},
          {u"source"_s, reader.header().source},
          {u"started_ts"_s, reader.header().startedTs},
          {u"clock_origin"_s, originJson(*origin)},
          {u"drops"_s, dropsJson(reader, *origin)},
          {u"sampling"_s, QJsonValue::Null},
          {u"notice"_s, reader.notice()}});
    const Status status = reader.forEachFrame([&](const Frame &frame) {
        for (const Event &event : frame.events) {
            QJsonObject object = monitor::toJson(event);
            object.remove("ts"_L1);
            object.remove("mono_us"_L1);
            object.insert(u"t"_s, (event.monoUs - origin->monoUs) * 1000);
            line(object);
            ++stats.written;
        }
        return !failed;
    });
    if (!status)
        return status.error();
    if (failed)
        return writeError(out);
    return stats;
}

Result<ExportStats> exportChromeTrace(const SessionReader &reader, QIODevice &out, qint64 maxBytes)
{
    const Result<Origin> origin = findOrigin(reader);
    if (!origin)
        return origin.error();
    return TraceWriter(reader, *origin, out, maxBytes).run();
}

} // namespace dormouse::record
