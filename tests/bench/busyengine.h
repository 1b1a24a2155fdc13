// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/mailbox.h"
#include "engine/monitor/source.h"
#include "tests/ui/syntheticsource.h"

#include <QThread>
#include <QTimer>

namespace dormouse {

/// A made-up engine in a thread of its own that changes many rows a second. Frames cross as those of the embedded engine
/// do: at most ten a second, in a mailbox. Thread: the UI thread.
class BusyEngine final : public monitor::Source
{
    Q_OBJECT
public:
    static constexpr int kFramesPerSecond = 10;

    BusyEngine(int actors, int connections, int changesPerSecond);
    ~BusyEngine() override;

    QString name() const override { return QStringLiteral("busy"); }
    monitor::Capabilities capabilities() const override { return m_capabilities; }
    monitor::LinkState linkState() const override { return monitor::LinkState::Live; }
    QString linkDetail() const override { return {}; }
    void start() override;
    void setInterest(const monitor::Interest &interest) override;
    void command(const QString &, const QJsonObject &, std::function<void(const Result<QJsonObject> &)> done, int) override;

private:
    QThread m_thread;
    SyntheticSource *m_inner; ///< lives in m_thread
    monitor::Capabilities m_capabilities;
    std::shared_ptr<monitor::Mailbox> m_mailbox;
    int m_changesPerFrame;
};

} // namespace dormouse
