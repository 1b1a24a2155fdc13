// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace dormouse::monitor {

/// Work that crosses to the thread of one QObject: however much is posted in a burst, one wake-up event is queued.
/// Shared by both threads, since either end may go first.
class Mailbox : public std::enable_shared_from_this<Mailbox>
{
public:
    explicit Mailbox(QObject *receiver) : m_receiver(receiver) {}

    /// Any thread. Ignored once detached.
    void post(std::function<void()> work)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_receiver)
            return;
        m_work.push_back(std::move(work));
        if (m_wakeQueued)
            return;
        m_wakeQueued = true;
        QMetaObject::invokeMethod(
            m_receiver, [self = shared_from_this()] { self->drain(); }, Qt::QueuedConnection);
    }
    /// The receiver's thread, before the receiver dies: nothing runs afterwards.
    void detach()
    {
        const std::lock_guard lock(m_mutex);
        m_receiver = nullptr;
        m_work.clear();
    }

private:
    void drain()
    {
        std::vector<std::function<void()>> work;
        {
            const std::lock_guard lock(m_mutex);
            m_wakeQueued = false;
            work.swap(m_work);
        }
        for (const auto &item : work) {
            {
                const std::lock_guard lock(m_mutex);
                if (!m_receiver) // an earlier item deleted the receiver
                    return;
            }
            item();
        }
    }

    std::mutex m_mutex;
    QObject *m_receiver;
    std::vector<std::function<void()>> m_work;
    bool m_wakeQueued = false;
};

} // namespace dormouse::monitor
