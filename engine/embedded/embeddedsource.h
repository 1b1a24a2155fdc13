// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/embedded/publisher.h"
#include "engine/monitor/mailbox.h"

#include <QHash>

#include <atomic>

namespace dormouse {

/// The engine of this process as a source of values (design.md section 4). Frames cross from the engine thread by a
/// mailbox; an interface that stalls gets fewer, larger frames, never a growing queue.
class EmbeddedSource final : public monitor::Source
{
    Q_OBJECT
public:
    /// Runs work on the engine thread, in order; ignored when the engine is not running (EngineHost::post).
    using Post = std::function<void(std::function<void(Core &, Publisher &)>)>;

    EmbeddedSource(Post post, const QString &name, QObject *parent = nullptr);
    ~EmbeddedSource() override;

    QString name() const override { return m_name; }
    monitor::Capabilities capabilities() const override;
    monitor::LinkState linkState() const override { return m_state; }
    QString linkDetail() const override { return m_detail; }
    void start() override;
    void setInterest(const monitor::Interest &interest) override;
    void command(const QString &name, const QJsonObject &arguments,
                 std::function<void(const Result<QJsonObject> &)> done, int timeoutMs = 5000) override;

    /// The engine has ended or failed: the last values stay, commands are refused, open ones fail.
    void setEnded(const QString &detail);

private:
    /// Shared with the engine thread, which may outlive this object or end before it.
    struct Crossing
    {
        int consumer = 0;                 ///< engine thread only
        std::atomic<int> framesHeld = 0;  ///< delivered and not yet shown
    };

    void finish(quint64 id, const Result<QJsonObject> &result);
    void setState(monitor::LinkState state, const QString &detail);

    Post m_post;
    QString m_name;
    QString m_detail;
    monitor::LinkState m_state = monitor::LinkState::Connecting;
    monitor::Interest m_interest;
    bool m_started = false;
    std::shared_ptr<monitor::Mailbox> m_mailbox;
    std::shared_ptr<Crossing> m_crossing;
    quint64 m_nextCommand = 1;
    QHash<quint64, std::function<void(const Result<QJsonObject> &)>> m_commands;
};

} // namespace dormouse
