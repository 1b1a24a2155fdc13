// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/source.h"

#include <QRandomGenerator>

#include <optional>

namespace dormouse {

/// A made-up engine for tests of the views: seeded, driven by step(), records the commands it is given.
class SyntheticSource final : public monitor::Source
{
    Q_OBJECT
public:
    /// connections: -1 = about one per actor.
    explicit SyntheticSource(int actors, int connections = -1, quint32 seed = 1);

    QString name() const override { return QStringLiteral("synthetic"); }
    monitor::Capabilities capabilities() const override { return m_capabilities; }
    monitor::LinkState linkState() const override { return m_link; }
    QString linkDetail() const override { return QStringLiteral("no answer"); }
    void start() override { snapshot(); }
    void setInterest(const monitor::Interest &interest) override { m_interest = interest; }
    void command(const QString &name, const QJsonObject &arguments,
                 std::function<void(const Result<QJsonObject> &)> done, int timeoutMs) override;

    void snapshot();
    void step(int ms = 500); ///< time goes on, some things change
    /// Time goes on and that many different rows change: seven of ten are actors. One event for every fifth change.
    void stepBusy(int changes, int ms);
    void setLink(monitor::LinkState state);
    void setCapabilities(const monitor::Capabilities &capabilities) { m_capabilities = capabilities; }
    const monitor::Interest &interest() const { return m_interest; }
    qint64 now() const { return m_now; }

    bool deferAnswers = false; ///< commands are answered by the event loop
    QString refuseWith; ///< code of the group monitor, for the next command
    QJsonObject answer{{QStringLiteral("actor_id"), QStringLiteral("new")}};
    int lastTimeoutMs = 0;
    QList<QPair<QString, QJsonObject>> commands;
    std::optional<qint64> longTurnTs; ///< the engine was busy then
    std::vector<monitor::ActorInfo> actors;
    std::vector<monitor::RunnerInfo> runners;
    std::vector<monitor::ConnectionInfo> connections;

private:
    void fillCommon(monitor::Frame &frame);
    void changeActor(monitor::Frame &frame, monitor::ActorInfo &actor);
    void changeConnection(monitor::Frame &frame, monitor::ConnectionInfo &connection);
    void addEvent(monitor::Frame &frame, monitor::EventKind kind, monitor::EventLevel level, const monitor::ActorInfo &actor);
    void addWake(monitor::Frame &frame, const monitor::ActorInfo &actor);
    monitor::LatencySlice slice(qint64 startTs);

    QRandomGenerator m_random;
    monitor::Capabilities m_capabilities;
    monitor::LinkState m_link = monitor::LinkState::Live;
    monitor::Interest m_interest;
    qint64 m_now = 1'790'000'000'000;
    quint64 m_revision = 0;
    quint64 m_seq = 0;
    quint64 m_messages = 0;
};

} // namespace dormouse
