// SPDX-License-Identifier: Apache-2.0
#include "ui/session.h"

#include "ui/words.h"

#include <QDateTime>

#include <algorithm>

namespace dormouse {

namespace {

// A stopped flow is kept for two minutes at full rate; after that the oldest frames are applied, so memory is bounded
// and nothing is lost but the standstill.
constexpr size_t kMaxHeldFrames = 1200;

} // namespace

Session::Session(QObject *parent) : QObject(parent)
{
    m_actors.setObjectName(QStringLiteral("actors"));
    m_pending.sort(PendingModel::Place);
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &Session::second);
    m_second.start();
}

void Session::setSource(monitor::Source *source)
{
    if (m_source)
        m_source->disconnect(this);
    m_source = source;
    m_held.clear();
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
        apply(frame);
        return;
    }
    m_heldChanges += frame.actors.size() + frame.connections.size() + frame.runners.size() + frame.events.size();
    if (frame.snapshot)
        m_held.clear();
    m_held.push_back(frame);
    if (m_held.size() > kMaxHeldFrames) {
        apply(m_held.front());
        m_held.erase(m_held.begin());
    }
    Q_EMIT pausedChanged(true);
}

void Session::apply(const monitor::Frame &frame)
{
    QElapsedTimer timer;
    timer.start();
    ++m_frames;
    m_actors.store(frame.actors, frame.snapshot, frame.ts);
    m_runners.store(frame.runners, frame.snapshot, frame.ts);
    m_connections.store(frame.connections, frame.snapshot, frame.ts);
    m_pending.apply(frame);
    m_events.apply(frame);
    m_wakes.apply(frame);
    m_acks.apply(frame);
    m_latency.apply(frame);
    if (frame.snapshot)
        m_own.clear();
    for (const monitor::ConnectionInfo &connection : frame.connections) {
        if (connection.ownTraffic && connection.state != monitor::ConnectionState::Closed)
            m_own.insert(connection.connectionId);
        else if (!m_own.isEmpty())
            m_own.remove(connection.connectionId);
    }
    countOwn();
    m_cluster.apply(frame, m_latency);
    if (!frame.settings.empty())
        m_settings = frame.settings;
    if (!frame.machines.empty())
        m_machines = frame.machines;
    Q_EMIT framesChanged();
    m_frameMs = double(timer.nsecsElapsed()) / 1e6;
}

void Session::applyHeld()
{
    const std::vector<monitor::Frame> held = std::move(m_held);
    m_held.clear();
    for (const monitor::Frame &frame : held)
        apply(frame);
    m_heldChanges = 0;
}

void Session::setPaused(bool on)
{
    if (m_paused == on)
        return;
    m_paused = on;
    if (!on)
        applyHeld();
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
                m_cluster.tick(now);
            }
        }
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
    if (can.commands && m_source->linkState() == monitor::LinkState::Live)
        return {};
    return can.reason.isEmpty() ? QStringLiteral("not_connected") : can.reason;
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
        m_actors.setFilter(filter);
        m_runners.setFilter(filter);
        m_connections.setFilter(filter);
        m_events.setFilter(filter);
        m_wakes.setFilter(filter);
        m_controls.setFilter(filter);
    }
    Q_EMIT filterChanged(text, filter.error());
}

void Session::setShowOwn(bool on)
{
    m_connections.setShowOwn(on);
    countOwn();
    Q_EMIT selectionChanged(); // lists derived from the connections follow
}

void Session::countOwn()
{
    ClusterModel::Hidden hidden;
    if (!m_connections.showsOwn()) {
        for (const QString &id : std::as_const(m_own)) {
            const monitor::ConnectionInfo *connection = m_connections.find(id);
            if (!connection)
                continue;
            ++hidden.connections;
            using S = monitor::ConnectionState; // grouped as the engine's totals are
            const S state = connection->state;
            if (state == S::Hibernating)
                ++hidden.hibernating;
            else if (state == S::Waking || state == S::Restoring)
                ++hidden.waking;
            else if (state == S::Open || state == S::Attached || state == S::Streaming)
                ++hidden.open;
        }
    }
    m_cluster.setHidden(hidden);
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

const monitor::StateMachineInfo *Session::machine(const QString &name) const
{
    const auto it = std::find_if(m_machines.begin(), m_machines.end(),
                                 [&](const monitor::StateMachineInfo &machine) { return machine.name == name; });
    return it == m_machines.end() ? nullptr : &*it;
}

void Session::command(const QString &name, const QJsonObject &arguments,
                      std::function<void(const Result<QJsonObject> &)> done)
{
    const auto wallMs = [] { return QDateTime::currentMSecsSinceEpoch(); };
    const QString logId = m_controls.begin(wallMs(), name, arguments);
    Q_EMIT controlChanged();
    if (!commandsAllowed()) {
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
                                  const QString help = Words::explain(code);
                                  Q_EMIT self->notice(true, tr("%1 failed: %2 (%3)")
                                                                .arg(name, help.isEmpty() ? result.error().message : help,
                                                                     code));
                              }
                          }
                          if (done)
                              done(result);
                      });
}

} // namespace dormouse
