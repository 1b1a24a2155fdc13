// SPDX-License-Identifier: Apache-2.0
#include "app/daemon/signalwatcher.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace dormouse {

namespace {
// A signal handler has no argument to carry these.
volatile std::sig_atomic_t s_writeEnd = -1;
volatile std::sig_atomic_t s_received = 0;

void onSignal(int number)
{
    if (s_received) {
        ::_exit(128 + number);
    }
    s_received = 1;
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(s_writeEnd, &byte, 1);
}
} // namespace

SignalWatcher::SignalWatcher(std::function<void()> asked, QObject *parent) : QObject(parent)
{
    if (::pipe2(m_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    s_writeEnd = m_pipe[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_pipe[0], QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, this, [this, asked = std::move(asked)] {
        char byte = 0;
        if (::read(m_pipe[0], &byte, 1) == 1)
            asked();
    });
    struct sigaction action = {};
    action.sa_handler = onSignal;
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

SignalWatcher::~SignalWatcher()
{
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    m_notifier.reset();
    s_writeEnd = -1;
    for (int end : m_pipe) {
        if (end >= 0)
            ::close(end);
    }
}

} // namespace dormouse
