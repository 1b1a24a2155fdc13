// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/source.h"
#include "engine/record/sessionreader.h"

#include <QElapsedTimer>
#include <QTimer>

namespace dormouse::record {

/// A session file as a source. start() opens it and shows the state at its end; seek() shows any other moment;
/// playing continues from there. A seek always gives a snapshot frame.
class RecordingSource final : public monitor::Source
{
    Q_OBJECT
public:
    explicit RecordingSource(const QString &path, QObject *parent = nullptr);
    ~RecordingSource() override;

    QString name() const override;
    monitor::Capabilities capabilities() const override;
    monitor::LinkState linkState() const override { return m_state; }
    /// The reason when it could not be opened, else the notice of the file (truncated, not closed), if any.
    QString linkDetail() const override { return m_detail; }
    void start() override;
    static constexpr std::size_t kMostMessages = 1'000; ///< of one runner, in an answer to wire_frames

    /// A recording has what it has; events and trace events are filtered.
    void setInterest(const monitor::Interest &interest) override;
    void command(const QString &name, const QJsonObject &arguments,
                 std::function<void(const Result<QJsonObject> &)> done, int timeoutMs = 5000) override;
    qint64 firstTs() const override;
    qint64 lastTs() const override;
    void seek(qint64 ts) override;
    /// speed 1 = as recorded. Playing at the end starts over.
    void setPlaying(bool playing, double speed) override;

    bool isPlaying() const { return m_timer.isActive(); }
    qint64 position() const { return qint64(m_position); } ///< wall ms of the moment shown
    const SessionReader *reader() const { return m_reader.get(); } ///< null until opened

private:
    Result<QJsonObject> wireFrames(const QString &runnerId) const;
    void show(int frame);
    void step();
    void emitFrame(monitor::Frame frame);
    void fail(const QString &detail);

    QString m_path;
    std::unique_ptr<SessionReader> m_reader;
    monitor::LinkState m_state = monitor::LinkState::Connecting;
    QString m_detail;
    monitor::Interest m_interest;
    QTimer m_timer;
    QElapsedTimer m_sinceStep;
    double m_position = 0;
    double m_speed = 1;
    int m_shown = -1; ///< last frame applied
};

} // namespace dormouse::record
