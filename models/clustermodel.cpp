// SPDX-License-Identifier: Apache-2.0
#include "models/clustermodel.h"

#include "models/format.h"
#include "models/latencymodel.h"
#include "models/livetablemodel.h"
#include "models/owntraffic.h"

#include <cmath>
#include <limits>

namespace dormouse {

namespace {

constexpr qint64 kLatencyWindowMs = 10'000;

const char *const kKeys[ClusterModel::MetricCount] = {
    "actors",          "actors.running", "actors.sleeping", "actors.pending", "runners",          "runners.eligible",
    "slots.used",      "slots.total",    "connections",     "connections.open", "connections.hibernating",
    "connections.waking", "pending.messages", "pending.bytes", "messages.rate", "bytes.rate",     "ack.p50",
    "ack.p99",         "wake.p50",       "wake.p99",        "store.queue",    "store.commit",     "events.rate",
    "events.dropped",  "monitor.bytes"};

template<typename T>
std::optional<double> number(const std::optional<T> &value)
{
    return value ? std::optional<double>(double(*value)) : std::nullopt;
}

std::optional<quint64> sum(const std::optional<quint64> &a, const std::optional<quint64> &b)
{
    return a || b ? std::optional<quint64>(a.value_or(0) + b.value_or(0)) : std::nullopt;
}

} // namespace

ClusterModel::ClusterModel(QObject *parent) : QAbstractTableModel(parent) {}

int ClusterModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(MetricCount);
}

int ClusterModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant ClusterModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Metric metric = Metric(index.row());
    if (role == IdRole)
        return keyOf(metric);
    if (role == Qt::DisplayRole)
        return index.column() == Name ? keyOf(metric) : text(metric);
    if (role == RawRole || role == SortRole) {
        if (index.column() == Name)
            return keyOf(metric);
        return value(metric) ? QVariant(*value(metric)) : QVariant();
    }
    return {};
}

QVariant ClusterModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == Name ? QStringLiteral("name") : QStringLiteral("value");
}

QString ClusterModel::keyOf(Metric metric)
{
    return QString::fromLatin1(kKeys[metric]);
}

ClusterModel::Unit ClusterModel::unitOf(Metric metric)
{
    switch (int(metric)) {
    case PendingBytes:
    case MonitorBytes:
        return Unit::Bytes;
    case MessageRate:
    case EventRate:
        return Unit::PerSecond;
    case ByteRate:
        return Unit::BytesPerSecond;
    case AckP50:
    case AckP99:
    case WakeP50:
    case WakeP99:
    case StoreCommit:
        return Unit::Micros;
    default:
        return Unit::Count;
    }
}

QString ClusterModel::format(Metric metric, std::optional<double> value)
{
    if (!value || std::isnan(*value))
        return unknownText();
    switch (unitOf(metric)) {
    case Unit::Bytes:
        return bytesText(*value);
    case Unit::BytesPerSecond:
        return bytesText(*value) + QStringLiteral("/s");
    case Unit::Micros:
        return microsText(*value);
    case Unit::PerSecond:
    case Unit::Count:
        break;
    }
    return countText(*value);
}

void ClusterModel::Rate::update(const std::optional<quint64> &next, double elapsedMs)
{
    if (!next) {
        total.reset();
        perSecond.reset();
        return;
    }
    if (!total || *next < *total || elapsedMs <= 0) { // first value, or the engine started anew
        if (!total || *next < *total)
            total = next;
        return;
    }
    const double now = double(*next - *total) * 1000 / elapsedMs;
    const double keep = std::exp2(-elapsedMs / kRateHalfLifeMs);
    perSecond = perSecond ? *perSecond * keep + now * (1 - keep) : now;
    if (*perSecond < 0.05 && now == 0)
        perSecond = 0;
    total = next;
}

void ClusterModel::apply(const monitor::Frame &frame, const LatencyModel &latency)
{
    if (!frame.cluster)
        return;
    m_info = *frame.cluster;
    const monitor::ClusterInfo &info = m_info;
    const qint64 now = info.nowTs ? info.nowTs : frame.ts;
    if (frame.snapshot && now < m_lastTs) { // wound back
        for (auto &course : m_history)
            course.clear();
        m_messages = m_bytes = m_events = m_ownMessages = m_ownBytes = Rate();
        m_lastSample = 0;
    }
    const double elapsed = m_lastTs ? double(now - m_lastTs) : 0;
    m_lastTs = now;
    m_messages.update(sum(info.messagesIn, info.messagesOut), elapsed);
    m_bytes.update(sum(info.bytesIn, info.bytesOut), elapsed);
    if (m_own) {
        m_ownMessages.update(m_own->totals().messages, elapsed);
        m_ownBytes.update(m_own->totals().bytes, elapsed);
    }
    m_events.update(info.eventsSeen, elapsed);
    const auto set = [this](Metric metric, std::optional<double> value) { m_values[size_t(metric)] = value; };
    set(Actors, number(info.actors));
    set(ActorsRunning, number(info.actorsRunning));
    set(ActorsSleeping, number(info.actorsSleeping));
    set(ActorsPending, number(info.actorsPending));
    set(Runners, number(info.runners));
    set(RunnersEligible, number(info.runnersEligible));
    set(SlotsUsed, number(info.slotsUsed));
    set(SlotsTotal, number(info.slotsTotal));
    const auto without = [](std::optional<qint64> all, qint64 hidden) {
        return all ? std::optional<double>(double(std::max<qint64>(0, *all - hidden))) : std::nullopt;
    };
    const OwnTraffic::Totals hidden = m_own && !m_own->isShown() ? m_own->totals() : OwnTraffic::Totals();
    set(Connections, without(info.connections, hidden.connections));
    set(ConnectionsOpen, without(info.connectionsOpen, hidden.open));
    set(Hibernating, without(info.connectionsHibernating, hidden.hibernating));
    set(Waking, without(info.connectionsWaking, hidden.waking));
    set(PendingMessages, without(info.pendingMessages, hidden.pendingMessages));
    set(PendingBytes, without(info.pendingBytes, hidden.pendingBytes));
    setRates();
    set(StoreQueue, number(info.storeQueue));
    set(StoreCommit, number(info.storeCommitUs));
    set(EventRate, m_events.perSecond);
    set(EventsDropped, number(info.eventsDropped));
    set(MonitorBytes, number(info.monitorBytesHeld));
    const monitor::Histogram ack = latency.merged(LatencyKind::Ack, kLatencyWindowMs);
    const monitor::Histogram wake = latency.merged(LatencyKind::Wake, kLatencyWindowMs);
    set(AckP50, number(ack.quantileUs(0.5)));
    set(AckP99, number(ack.quantileUs(0.99)));
    set(WakeP50, number(wake.quantileUs(0.5)));
    set(WakeP99, number(wake.quantileUs(0.99)));
    sample(now);
    Q_EMIT dataChanged(index(0, Value), index(MetricCount - 1, Value));
}

void ClusterModel::setRates()
{
    const bool hide = m_own && !m_own->isShown();
    const auto rest = [hide](const Rate &all, const Rate &own) {
        if (!all.perSecond || !hide)
            return all.perSecond;
        return std::optional<double>(std::max(0.0, *all.perSecond - own.perSecond.value_or(0)));
    };
    m_values[MessageRate] = rest(m_messages, m_ownMessages);
    m_values[ByteRate] = rest(m_bytes, m_ownBytes);
}

void ClusterModel::tick(qint64 now)
{
    if (!m_lastTs || now - m_lastTs < 2 * kSampleMs)
        return;
    const double elapsed = double(now - m_lastTs);
    m_lastTs = now;
    m_messages.update(m_messages.total, elapsed);
    m_bytes.update(m_bytes.total, elapsed);
    m_events.update(m_events.total, elapsed);
    m_ownMessages.update(m_ownMessages.total, elapsed);
    m_ownBytes.update(m_ownBytes.total, elapsed);
    setRates();
    m_values[EventRate] = m_events.perSecond;
    sample(now);
    Q_EMIT dataChanged(index(MessageRate, Value), index(ByteRate, Value));
    Q_EMIT dataChanged(index(EventRate, Value), index(EventRate, Value));
}

void ClusterModel::sample(qint64 now)
{
    if (m_lastSample && now - m_lastSample < kSampleMs)
        return;
    m_lastSample = now;
    for (size_t i = 0; i < size_t(MetricCount); ++i) {
        m_history[i].push_back(m_values[i].value_or(std::numeric_limits<double>::quiet_NaN()));
        if (m_history[i].size() > size_t(kHistory))
            m_history[i].pop_front();
    }
}

} // namespace dormouse
