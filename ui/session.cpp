// SPDX-License-Identifier: Apache-2.0
#include "ui/session.h"

#include "ui/words.h"

#include <QDateTime>

#include <algorithm>
#include <iterator>

namespace dormouse {

namespace {

// A stopped flow is kept for two minutes at full rate; after that the oldest frames are applied, so memory is bounded
// and nothing is lost but the standstill.
constexpr size_t kMaxHeldFrames = 1200;

// What is applied in one turn of the event loop, so that a large snapshot or a long pause does not stop the window. A
// frame costs something even when it is empty.
constexpr int kRowsPerTurn = 4000;
constexpr int kRowsOfAFrame = 100;

constexpr int kLookMs = 5'000;

} // namespace

Session::Session(QObject *parent) : QObject(parent)
{
    m_actors.setObjectName(QStringLiteral("actors"));
    m_pending.sort(PendingModel::Place);
    m_actors.setRates(&m_rates, &m_own);
    m_connections.setRates(&m_rates);
    m_runners.setRates(&m_rates);
    m_cluster.setOwn(&m_own);
    m_events.setOwn(&m_own);
    m_latency.setOwn(&m_own);
    m_wakes.setOwn(&m_own);
    m_acks.setOwn(&m_own);
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &Session::second);
    m_second.start();
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &Session::applyQueued);
}

void Session::setSource(monitor::Source *source)
{
    if (m_source)
        m_source->disconnect(this);
    m_source = source;
    m_held.clear();
    m_queue.clear();
    m_done = 0;
    if (source) {
        connect(source, &monitor::Source::frameReady, this, &Session::take);
        connect(source, &monitor::Source::linkChanged, this, &Session::linkChanged);
        sendInterest();
    }
    Q_EMIT linkChanged();
}

void Session::sendInterest()
{
    if (!m_source)
        return;
    monitor::Interest interest;
    interest.trace = isTracing();
    interest.pendingOf = m_watchingPending ? m_connection : QString();
    m_source->setInterest(interest);
}

void Session::take(const monitor::Frame &frame)
{
    m_sinceFrame.start();
    if (!m_paused) {
        const bool many = frame.actors.size() + frame.connections.size() > size_t(kRowsPerTurn);
        if (many || m_next.isActive()) {
            m_queue.push_back(frame); // copying a large one is enough for this turn
            if (!m_next.isActive())
                m_next.start(0);
            return;
        }
        QElapsedTimer timer;
        timer.start();
        applyPart(frame);
        Q_EMIT framesChanged();
        m_frameMs = double(timer.nsecsElapsed()) / 1e6;
        return;
    }
    m_heldChanges += frame.actors.size() + frame.connections.size() + frame.runners.size() + frame.events.size();
    if (frame.snapshot)
        m_held.clear();
    m_held.push_back(frame);
    if (m_held.size() > kMaxHeldFrames) {
        m_queue.push_back(std::move(m_held.front()));
        m_held.erase(m_held.begin());
        if (!m_next.isActive())
            applyQueued();
    }
    Q_EMIT pausedChanged(true);
}

void Session::applyQueued()
{
    QElapsedTimer timer;
    timer.start();
    const quint64 before = m_frames;
    for (int rows = 0; rows < kRowsPerTurn && !m_queue.empty();) {
        rows += applyPart(m_queue.front());
        if (m_done == 0)
            m_queue.pop_front();
    }
    if (!m_queue.empty())
        m_next.start(1); // input and painting first
    if (m_frames != before)
        Q_EMIT framesChanged();
    m_frameMs = double(timer.nsecsElapsed()) / 1e6;
}

/// Applies the rows of the frame that follow m_done, and the rest of it when they are the last: m_done then is 0. Returns
/// how much work it was, in rows.
int Session::applyPart(const monitor::Frame &frame)
{
    const size_t actors = frame.actors.size(), all = actors + frame.connections.size();
    const size_t from = m_done, to = std::min(all, from + size_t(kRowsPerTurn));
    if (from == 0) {
        countMessages(frame); // against what is held so far
        m_own.apply(frame);   // before everything that leaves it out
    }
    if (from < actors || from == 0)
        m_actors.storePart(frame.actors, std::min(from, actors), std::min(to, actors), frame.snapshot, frame.ts);
    if (to > actors || to == all)
        m_connections.storePart(frame.connections, std::max(from, actors) - actors, to - actors, frame.snapshot, frame.ts);
    m_done = to;
    if (to < all)
        return int(to - from);
    finish(frame);
    m_done = 0;
    return int(to - from) + kRowsOfAFrame;
}

void Session::finish(const monitor::Frame &frame)
{
    ++m_frames;
    m_runners.store(frame.runners, frame.snapshot, frame.ts);
    m_pending.apply(frame);
    m_events.apply(frame);
    m_wakes.apply(frame);
    m_acks.apply(frame);
    m_latency.apply(frame);
    m_cluster.apply(frame, m_latency);
    m_rates.setKnown(m_cluster.info().connections.has_value());
    if (!frame.settings.empty())
        m_settings = frame.settings;
    if (!frame.machines.empty())
        m_machines = frame.machines;
}

void Session::setPaused(bool on)
{
    if (m_paused == on)
        return;
    m_paused = on;
    if (!on) {
        std::move(m_held.begin(), m_held.end(), std::back_inserter(m_queue));
        m_held.clear();
        m_heldChanges = 0;
        if (!m_next.isActive())
            applyQueued();
    }
    Q_EMIT pausedChanged(on);
}

void Session::second()
{
    if (!m_paused) {
        const bool live = m_source && m_source->capabilities().live && m_source->linkState() == monitor::LinkState::Live;
        if (live) {
            // Quiet engines send nothing: ages go on all the same, counted from the last frame.
            const qint64 base = m_cluster.info().nowTs;
            if (base && m_sinceFrame.isValid()) {
                const qint64 now = base + m_sinceFrame.elapsed();
                m_actors.setNow(now);
                m_runners.setNow(now);
                m_connections.setNow(now);
                m_pending.setNow(now);
                m_wakes.setNow(now);
                m_events.setNow(now);
                m_cluster.tick(now);
                m_rates.prune(now);
            }
        }
        m_controls.setNow(QDateTime::currentMSecsSinceEpoch());
        for (LiveTableModel *model : {static_cast<LiveTableModel *>(&m_actors), static_cast<LiveTableModel *>(&m_runners),
                                      static_cast<LiveTableModel *>(&m_connections), static_cast<LiveTableModel *>(&m_wakes),
                                      static_cast<LiveTableModel *>(&m_controls)})
            model->followClock();
        m_actors.resortIfNeeded();
        m_runners.resortIfNeeded();
        m_connections.resortIfNeeded();
    }
    Q_EMIT secondPassed();
}

std::optional<qint64> Session::staleMs() const
{
    if (!m_source || m_source->linkState() == monitor::LinkState::Live || m_source->linkState() == monitor::LinkState::Ended)
        return std::nullopt;
    return m_sinceFrame.isValid() ? m_sinceFrame.elapsed() : 0;
}

bool Session::commandsAllowed() const
{
    return commandsReason().isEmpty();
}

QString Session::commandsReason() const
{
    if (!m_source)
        return QStringLiteral("not_connected");
    const monitor::Capabilities can = m_source->capabilities();
    if (m_readOnly && can.live)
        return QStringLiteral("read_only");
    if (can.commands && m_source->linkState() == monitor::LinkState::Live)
        return {};
    return can.reason.isEmpty() ? QStringLiteral("not_connected") : can.reason;
}

void Session::setReadOnly(bool on)
{
    m_readOnly = on;
    if (m_source)
        m_source->setReadOnly(on);
    Q_EMIT linkChanged();
}

void Session::selectActor(const QString &id)
{
    if (m_actor == id)
        return;
    m_actor = id;
    const monitor::ConnectionInfo *connection = m_connections.find(m_connection);
    if (!connection || connection->actorId != id) {
        m_connection.clear();
        m_pending.setConnection({});
        sendInterest();
    }
    Q_EMIT selectionChanged();
}

void Session::selectConnection(const QString &id)
{
    if (m_connection == id)
        return;
    m_connection = id;
    m_pending.setConnection(id);
    if (const monitor::ConnectionInfo *connection = m_connections.find(id))
        m_actor = connection->actorId;
    sendInterest();
    Q_EMIT selectionChanged();
}

void Session::selectRunner(const QString &id)
{
    if (m_runner == id)
        return;
    m_runner = id;
    Q_EMIT selectionChanged();
}

void Session::setFilter(const QString &text)
{
    m_filterText = text;
    const Filter filter = Filter::parse(text);
    if (filter.isValid()) {
        m_timeRange = filter.timeRange();
        m_actors.setFilter(filter);
        m_runners.setFilter(filter);
        m_connections.setFilter(filter);
        m_events.setFilter(filter);
        m_wakes.setFilter(filter);
        m_controls.setFilter(filter);
    }
    Q_EMIT filterChanged(text, filter.error());
}

std::optional<TimeSpan> Session::timeSpan() const
{
    return m_timeRange ? std::optional(m_timeRange->at(m_actors.now())) : std::nullopt;
}

void Session::setShowOwn(bool on)
{
    if (m_own.isShown() == on)
        return;
    m_own.setShown(on);
    m_connections.setShowOwn(on);
    m_events.ownChanged();
    m_wakes.ownChanged();
    m_latency.ownChanged();
    Q_EMIT selectionChanged(); // lists derived from the connections follow
}

/// What came since the values held so far, before they are replaced.
void Session::countMessages(const monitor::Frame &frame)
{
    const auto total = [](const monitor::ConnectionInfo &connection) {
        return connection.messagesIn.value_or(0) + connection.messagesOut.value_or(0);
    };
    for (const monitor::ConnectionInfo &connection : frame.connections) {
        const monitor::ConnectionInfo *before = m_connections.find(connection.connectionId);
        const quint64 now = total(connection);
        // What it did before it was first seen is in no rate, except that it is new.
        const quint64 held = before ? total(*before) : frame.snapshot ? now : 0;
        if (now <= held)
            continue;
        m_rates.add(connection.connectionId, now - held, frame.ts);
        if (connection.ownTraffic && !m_own.isShown())
            continue;
        m_rates.add(connection.actorId, now - held, frame.ts);
        m_rates.add(connection.runnerId, now - held, frame.ts);
    }
}

void Session::setWatchingPending(bool on)
{
    if (m_watchingPending == on)
        return;
    m_watchingPending = on;
    sendInterest();
}

void Session::setTrace(TraceReader reader, bool on)
{
    const bool before = isTracing();
    m_trace = on ? m_trace | int(reader) : m_trace & ~int(reader);
    if (isTracing() != before)
        sendInterest();
}

std::optional<qint64> Session::settingNumber(const QString &name) const
{
    const QString section = name.section(u'.', 0, 0), key = name.section(u'.', 1);
    for (const monitor::SettingInfo &setting : m_settings) {
        if (setting.key != key || setting.section != section)
            continue;
        bool number = false;
        const qint64 value = setting.value.toLongLong(&number);
        return number ? std::optional(value) : std::nullopt;
    }
    return std::nullopt;
}

const monitor::StateMachineInfo *Session::machine(const QString &name) const
{
    const auto it = std::find_if(m_machines.begin(), m_machines.end(),
                                 [&](const monitor::StateMachineInfo &machine) { return machine.name == name; });
    return it == m_machines.end() ? nullptr : &*it;
}

void Session::look(const QString &name, const QJsonObject &arguments, std::function<void(const Result<QJsonObject> &)> done)
{
    Q_ASSERT(monitor::Source::looksOnly(name));
    if (m_source)
        m_source->command(name, arguments, std::move(done), kLookMs);
    else
        done(Error::make("monitor", "not_connected", Words::explain(QStringLiteral("monitor.not_connected"))));
}

void Session::command(const QString &name, const QJsonObject &arguments,
                      std::function<void(const Result<QJsonObject> &)> done, int deadlineMs)
{
    const auto wallMs = [] { return QDateTime::currentMSecsSinceEpoch(); };
    const QString logId = m_controls.begin(wallMs(), name, arguments);
    Q_EMIT controlChanged();
    const bool mayLook = monitor::Source::looksOnly(name) && commandsReason() == u"read_only" && m_source->linkState() == monitor::LinkState::Live;
    if (!commandsAllowed() && !mayLook) {
        const Error error = Error::make("monitor", commandsReason().toUtf8(), Words::explain(commandsReason()));
        m_controls.finish(logId, wallMs(), ControlRow::Refused, commandsReason());
        Q_EMIT controlChanged();
        Q_EMIT notice(true, tr("%1: not possible. %2").arg(name, error.message));
        if (done)
            done(error);
        return;
    }
    m_source->command(name, arguments,
                      [self = QPointer<Session>(this), name, logId, wallMs, done = std::move(done)](const Result<QJsonObject> &result) {
                          if (self) {
                              self->m_controls.finish(logId, wallMs(), result.ok() ? ControlRow::Done : ControlRow::Failed,
                                                      result.ok() ? QString()
                                                                  : QString(QString::fromUtf8(result.error().fullCode()) % u": "
                                                                            % result.error().message));
                              Q_EMIT self->controlChanged();
                              if (result.ok()) {
                                  Q_EMIT self->notice(false, tr("%1: done").arg(name));
                              } else {
                                  const QString code = QString::fromUtf8(result.error().fullCode());
                                  Q_EMIT self->notice(true, tr("%1 failed: %2 (%3)").arg(name, Words::problem(result.error()), code));
                              }
                          }
                          if (done)
                              done(result);
                      },
                      deadlineMs);
}

} // namespace dormouse
