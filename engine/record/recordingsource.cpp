// SPDX-License-Identifier: Apache-2.0
#include "engine/record/recordingsource.h"

#include <QFileInfo>

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

void RecordingSource::command(const QString &, const QJsonObject &,
                              std::function<void(const Result<QJsonObject> &)> done, int)
{
    QMetaObject::invokeMethod(
        this,
        [done = std::move(done)] {
            done(Error::make("monitor", "recording", u"A recording takes no commands."_s));
        },
        Qt::QueuedConnection);
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
