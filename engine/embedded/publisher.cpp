// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/publisher.h"

#include "engine/core/core.h"
#include "engine/embedded/publisher_p.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>

#include <cmath>

using namespace Qt::StringLiterals;

namespace dormouse {

using monitor::Frame;

namespace {

QString textOf(const QJsonValue &value)
{
    if (value.isString())
        return value.toString();
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    if (value.isDouble()) {
        const double number = value.toDouble();
        return number == std::floor(number) && std::abs(number) < 1e18 ? QString::number(qint64(number))
                                                                        : QString::number(number, 'g', QLocale::FloatingPointShortest);
    }
    if (value.isArray())
        return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    if (value.isObject())
        return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    return {};
}

std::vector<monitor::SettingInfo> settingsOf(const EngineConfig &config)
{
    std::vector<monitor::SettingInfo> settings;
    for (const ConfigEntry &entry : describeConfig(config)) {
        monitor::SettingInfo info{entry.section, entry.key, entry.unit, textOf(entry.value),
                                  textOf(entry.defaultValue), entry.related, entry.range};
        // A token is never shown, recorded or sent; only whether there is one.
        if (entry.key.contains("token"_L1, Qt::CaseInsensitive) && entry.value.isString())
            info.value = entry.value.toString().isEmpty() ? QString() : u"(set)"_s;
        settings.push_back(std::move(info));
    }
    return settings;
}

} // namespace

Publisher::Publisher(Clock &clock) : d(std::make_unique<Private>(clock, *this)) {}

Publisher::~Publisher() = default;

void Publisher::attach(Core &core, const QString &listenUrl, const QString &storage)
{
    d->core = &core;
    d->listenUrl = listenUrl;
    d->storage = storage;
    d->startedTs = d->clock.wallMs();
    d->settings = settingsOf(core.context().config);
}

Publisher::ConsumerId Publisher::addConsumer(const monitor::Interest &interest, Deliver deliver, Ready ready, int maxTraces)
{
    d->endTraceBlock();
    const ConsumerId id = d->nextConsumer++;
    Private::Consumer &consumer = d->consumers[id];
    consumer.interest = interest;
    consumer.deliver = std::move(deliver);
    consumer.ready = std::move(ready);
    consumer.maxTraces = quint64(maxTraces);
    d->consumersChanged();
    return id;
}

void Publisher::setInterest(ConsumerId id, const monitor::Interest &interest)
{
    const auto it = d->consumers.find(id);
    if (it == d->consumers.end() || it->second.interest == interest)
        return;
    d->endTraceBlock();
    Private::Consumer &consumer = it->second;
    if (interest.values && !consumer.interest.values)
        consumer.needsSnapshot = true;
    if (!interest.events)
        consumer.forgetEvents();
    if (interest.pendingOf != consumer.interest.pendingOf)
        consumer.pendingSent = false;
    consumer.interest = interest;
    d->consumersChanged();
}

void Publisher::setLeastLevel(ConsumerId id, monitor::EventLevel level)
{
    const auto it = d->consumers.find(id);
    if (it == d->consumers.end())
        return;
    it->second.leastLevel = level;
    d->consumersChanged();
}

void Publisher::removeConsumer(ConsumerId id)
{
    d->endTraceBlock();
    d->consumers.erase(id);
    d->consumersChanged();
}

void Publisher::finishConsumer(ConsumerId id)
{
    const auto it = d->consumers.find(id);
    if (it == d->consumers.end())
        return;
    if (d->core) {
        d->endTraceBlock();
        Private::Rows rows;
        Frame frame = d->makeFrame(it->second, rows);
        if (!frame.isEmpty()) {
            frame.revision = ++it->second.revision;
            const Deliver deliver = it->second.deliver;
            deliver(std::move(frame));
        }
    }
    removeConsumer(id);
}

bool Publisher::hasConsumers() const
{
    return !d->consumers.empty();
}

void Publisher::publish()
{
    if (!d->core || d->consumers.empty())
        return;
    d->endTraceBlock();
    Private::Rows rows;
    std::vector<std::pair<ConsumerId, Frame>> made;
    for (auto &[id, consumer] : d->consumers) {
        if (consumer.ready && !consumer.ready()) {
            d->keepForLater(consumer);
            continue;
        }
        Frame frame = d->makeFrame(consumer, rows);
        if (!frame.isEmpty()) {
            frame.revision = ++consumer.revision;
            made.emplace_back(id, std::move(frame));
        }
    }
    d->dirtyActors.clear();
    d->dirtyRunners.clear();
    d->dirtyConnections.clear();
    d->endedConnections.clear();
    d->endedRunners.clear();
    for (auto &[id, frame] : made) {
        const auto it = d->consumers.find(id);
        if (it == d->consumers.end())
            continue; // removed by an earlier one
        const Deliver deliver = it->second.deliver; // it may remove itself
        deliver(std::move(frame));
    }
}

monitor::Frame Publisher::snapshot()
{
    Frame frame;
    if (!d->core)
        return frame;
    frame.ts = d->clock.wallMs();
    d->fillSnapshot(frame);
    frame.cluster = d->cluster();
    for (const Private::Slice &slice : d->slices)
        frame.latency.push_back(slice.values);
    if (!d->wantsValues)
        d->forgetTotals(); // nobody keeps them up to date
    return frame;
}

void Publisher::actorChanged(const QString &actorId)
{
    if (d->wantsValues)
        d->dirtyActors.insert(actorId);
}

void Publisher::runnerChanged(const QString &runnerId)
{
    if (d->wantsValues)
        d->dirtyRunners.insert(runnerId);
}

void Publisher::connectionChanged(const QString &connectionId)
{
    if (d->wantsValues)
        d->dirtyConnections.insert(connectionId);
}

bool Publisher::wantsValues() const
{
    return d->wantsValues;
}

void Publisher::connectionEnded(const monitor::ConnectionInfo &last)
{
    d->withPending.remove(last.connectionId);
    d->dirtyConnections.remove(last.connectionId);
    for (auto &[id, consumer] : d->consumers)
        consumer.connections.remove(last.connectionId);
    if (d->wantsValues)
        d->endedConnections.push_back(last);
}

void Publisher::runnerEnded(const monitor::RunnerInfo &last)
{
    d->dirtyRunners.remove(last.runnerId);
    d->liveRunners.remove(last.runnerId);
    for (auto &[id, consumer] : d->consumers)
        consumer.runners.remove(last.runnerId);
    if (d->wantsValues)
        d->endedRunners.push_back(last);
}

void Publisher::ackLatency(qint64 us, bool own)
{
    monitor::LatencySlice &slice = d->slice();
    (own ? slice.ownAck : slice.ack).add(us);
}

void Publisher::wakeLatency(qint64 us, bool own)
{
    monitor::LatencySlice &slice = d->slice();
    (own ? slice.ownWake : slice.wake).add(us);
}

void Publisher::httpLatency(qint64 us, bool own)
{
    monitor::LatencySlice &slice = d->slice();
    (own ? slice.ownHttp : slice.http).add(us);
}

bool Publisher::wantsTrace() const
{
    return d->tracing;
}

void Publisher::trace(monitor::TraceSlot &slot, const monitor::TraceSource &source, monitor::TraceKind kind, int index,
                      quint64 value)
{
    if (!d->tracing)
        return;
    if (d->traceLog.isEmpty())
        d->traceLog.begin(d->clock.wallMs());
    const quint64 seq = d->seq + 1;
    d->seq += kind == monitor::TraceKind::InAndSent ? 2 : 1;
    d->traceLog.add(slot, source, kind, index, value, seq, d->clock.monoUs());
    if (d->traceLog.isFull())
        d->endTraceBlock();
}

bool Publisher::wantsEvents(monitor::EventLevel level) const
{
    return d->wantedLevels[std::size_t(level)];
}

void Publisher::event(monitor::Event event)
{
    event.seq = ++d->seq;
    event.ts = d->clock.wallMs();
    event.monoUs = d->clock.monoUs();
    for (auto &[id, consumer] : d->consumers) {
        if (!consumer.wantsEvents(event.level))
            continue;
        if (consumer.events.size() >= kMaxEvents) {
            consumer.events.pop_front();
            ++consumer.dropped;
            ++d->droppedTotal;
        }
        consumer.events.push_back(event);
    }
}

void Publisher::command(const QString &name, const QJsonObject &arguments, Commands::Done done)
{
    if (!d->core)
        return done(Error::make("monitor", "not_connected", u"The engine is not running."_s));
    d->commands.run(*d->core, name, arguments, done);
}

void Publisher::longTurn(qint64 us, const QString &text)
{
    ++d->longTurns;
    d->longTurnTs = d->clock.wallMs();
    d->longTurnUs = us;
    d->longTurnText = text;
}

void Publisher::setChangeSetting(Commands::ChangeSetting change)
{
    d->commands.setChangeSetting([this, change = std::move(change)](const QString &section, const QString &key, const QString &value) {
        const Status status = change(section, key, value);
        if (status) {
            d->settings = settingsOf(d->core->context().config);
            for (auto &[id, consumer] : d->consumers)
                consumer.settingsChanged = true;
        }
        return status;
    });
}

} // namespace dormouse
