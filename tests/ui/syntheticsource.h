// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/source.h"

#include <QRandomGenerator>

namespace dormouse {

/// A made-up engine for tests of the views: seeded, driven by step(), records the commands it is given.
class SyntheticSource final : public monitor::Source
{
    Q_OBJECT
public:
    explicit SyntheticSource(int actors, quint32 seed = 1, QObject *parent = nullptr);

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
    void setLink(monitor::LinkState state);
    void setCapabilities(const monitor::Capabilities &capabilities) { m_capabilities = capabilities; }
    const monitor::Interest &interest() const { return m_interest; }
    qint64 now() const { return m_now; }

    bool deferAnswers = false; ///< commands are answered by the event loop
    QList<QPair<QString, QJsonObject>> commands;
    std::vector<monitor::ActorInfo> actors;
    std::vector<monitor::RunnerInfo> runners;
    std::vector<monitor::ConnectionInfo> connections;

private:
    void fillCommon(monitor::Frame &frame);
    void addEvent(monitor::Frame &frame, monitor::EventKind kind, monitor::EventLevel level, const monitor::ActorInfo &actor);
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
