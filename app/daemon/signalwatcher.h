// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <array>
#include <functional>
#include <memory>

namespace dormouse {

/// Turns SIGINT and SIGTERM into a call in the event loop: the handler writes one byte to a pipe, the only thing it
/// may do. A second signal ends the process at once, in case the clean end hangs. One at a time. Thread: main.
class SignalWatcher final : public QObject
{
public:
    explicit SignalWatcher(std::function<void()> asked, QObject *parent = nullptr);
    ~SignalWatcher() override;

private:
    std::array<int, 2> m_pipe{-1, -1};
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace dormouse
