// SPDX-License-Identifier: Apache-2.0
#include "engine/record/recordingsource.h"

#include <QFileInfo>
#include <QJsonArray>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace dormouse::record {

namespace {
constexpr int kStepMs = 100;
constexpr int kMaxFramesPerStep = 20; ///< faster than this, the state is shown instead of every frame
} // namespace

RecordingSource::RecordingSource(const QString &path, QObject *parent) : Source(parent), m_path(path)
{
    m_interest.trace = true;
    m_timer.setInterval(kStepMs);
    connect(&m_timer, &QTimer::timeout, this, &RecordingSource::step);
}

RecordingSource::~RecordingSource() = default;

QString RecordingSource::name() const
{
    return QFileInfo(m_path).fileName();
}

monitor::Capabilities RecordingSource::capabilities() const
{
    monitor::Capabilities capabilities;
    capabilities.live = false;
    capabilities.traceEvents = true;
    capabilities.seekable = m_reader && m_reader->frameCount() > 0;
    capabilities.reason = u"recording"_s;
    return capabilities;
}

void RecordingSource::start()
{
    if (m_reader)
        return;
    auto reader = SessionReader::open(m_path);
    if (!reader)
        return fail(reader.error().message);
    m_reader = std::move(*reader);
    m_state = monitor::LinkState::Live;
    m_detail = m_reader->notice();
    Q_EMIT linkChanged();
    show(m_reader->frameCount() - 1);
}

void RecordingSource::setInterest(const monitor::Interest &interest)
{
    m_interest = interest;
}

void RecordingSource::command(const QString &name, const QJsonObject &arguments,
                              std::function<void(const Result<QJsonObject> &)> done, int)
{
    QMetaObject::invokeMethod(
        this,
        [this, done = std::move(done), looks = name == u"wire_frames", runnerId = arguments.value("runner_id"_L1).toString()] {
            if (looks)
                return done(wireFrames(runnerId));
            done(Error::make("monitor", "recording", u"A recording takes no commands."_s));
        },
        Qt::QueuedConnection);
}

namespace {

/// The message of the runner protocol that an event is about; {} when it is about none. Payloads and the parts of a message
/// that no event tells are not there.
QJsonObject messageOf(const monitor::Event &event)
{
    using monitor::EventKind;
    const bool command = event.kind == EventKind::Command && (event.reason == u"start" || event.reason == u"stop");
    QString kind;
    if (command)
        kind = event.reason == u"start" ? u"CommandStartActor"_s : u"CommandStopActor"_s;
    else if (event.kind == EventKind::MessageSent || event.kind == EventKind::MessageResent || event.kind == EventKind::MessageOut)
        kind = u"WebSocketMessage"_s;
    else if (event.kind == EventKind::MessageAcked)
        kind = u"WebSocketMessageAck"_s;
    else
        return {};
    QJsonObject fields;
    const auto tell = [&](const QString &name, const QString &value) {
        if (!value.isEmpty())
            fields.insert(name, value);
    };
    tell(u"actorId"_s, event.actorId);
    tell(u"generation"_s, event.generation ? QString::number(*event.generation) : QString());
    tell(u"connection"_s, event.connectionId);
    tell(u"requestId"_s, event.requestId);
    tell(u"index"_s, event.index ? QString::number(*event.index) : QString());
    QJsonObject message{{u"seq"_s, qint64(event.seq)}, {u"ts"_s, event.ts}, {u"kind"_s, kind},
                        {u"to_runner"_s, event.kind != EventKind::MessageOut && event.kind != EventKind::MessageAcked}};
    if (event.kind == EventKind::MessageAcked)
        tell(u"latencyUs"_s, event.value ? QString::number(*event.value) : QString());
    else if (event.value && !command)
        message.insert(u"size"_s, *event.value);
    if (event.kind == EventKind::MessageResent)
        tell(u"resent"_s, u"true"_s);
    message.insert(u"fields"_s, fields);
    return message;
}

} // namespace

Result<QJsonObject> RecordingSource::wireFrames(const QString &runnerId) const
{
    if (!m_reader)
        return Error::make("monitor", "recording", u"The recording is not open."_s);
    const qint64 until = position();
    const auto events = m_reader->eventsUpTo(m_shown, kMostMessages, [&](const monitor::Event &event) {
        return event.runnerId == runnerId && event.ts <= until && !messageOf(event).isEmpty();
    });
    if (!events)
        return events.error();
    QJsonArray frames;
    for (const monitor::Event &event : *events)
        frames.append(messageOf(event));
    return QJsonObject{{u"recorded"_s, true}, {u"frames"_s, frames}, {u"lost"_s, 0}};
}

qint64 RecordingSource::firstTs() const
{
    return m_reader ? m_reader->firstTs() : 0;
}

qint64 RecordingSource::lastTs() const
{
    return m_reader ? m_reader->lastTs() : 0;
}

void RecordingSource::seek(qint64 ts)
{
    if (!m_reader || m_reader->frameCount() == 0)
        return;
    const qint64 wanted = std::clamp(ts, firstTs(), lastTs());
    show(m_reader->frameAt(wanted));
    m_position = double(wanted);
    m_sinceStep.restart();
}

void RecordingSource::setPlaying(bool playing, double speed)
{
    if (!m_reader || m_reader->frameCount() == 0)
        return;
    m_speed = std::isfinite(speed) && speed > 0 ? speed : 1;
    if (playing == m_timer.isActive())
        return;
    if (playing) {
        if (m_shown >= m_reader->frameCount() - 1)
            seek(firstTs());
        m_sinceStep.start();
        m_timer.start();
    } else {
        m_timer.stop();
    }
    Q_EMIT linkChanged();
}

void RecordingSource::show(int frame)
{
    Result<monitor::Frame> state = m_reader->stateAfter(frame);
    if (!state)
        return fail(state.error().message);
    m_shown = frame;
    m_position = double(frame >= 0 ? m_reader->frameTs(frame) : firstTs());
    emitFrame(std::move(*state));
}

void RecordingSource::step()
{
    m_position = std::min(m_position + double(m_sinceStep.restart()) * m_speed, double(lastTs()));
    const int target = m_reader->frameAt(qint64(m_position));
    if (target - m_shown > kMaxFramesPerStep) {
        const double position = m_position;
        show(target);
        m_position = position;
    } else {
        while (m_shown < target) {
            Result<monitor::Frame> frame = m_reader->frame(m_shown + 1);
            if (!frame)
                return fail(frame.error().message);
            ++m_shown;
            emitFrame(std::move(*frame));
        }
    }
    if (m_reader && m_shown >= m_reader->frameCount() - 1 && m_timer.isActive()) {
        m_timer.stop();
        Q_EMIT linkChanged();
    }
}

void RecordingSource::emitFrame(monitor::Frame frame)
{
    if (!m_interest.events) {
        frame.events.clear();
    } else if (!m_interest.trace) {
        std::erase_if(frame.events,
                      [](const monitor::Event &event) { return event.level == monitor::EventLevel::Trace; });
    }
    Q_EMIT frameReady(frame);
}

void RecordingSource::fail(const QString &detail)
{
    m_timer.stop();
    m_state = monitor::LinkState::Failed;
    m_detail = detail;
    Q_EMIT linkChanged();
}

} // namespace dormouse::record
