// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/descriptorset.h"

#include <QAbstractEventDispatcher>

#include <atomic>
#include <map>
#include <memory>
#include <unordered_map>

namespace dormouse {

/// Event dispatcher on epoll for the engine thread (performance-notes.md section 4): Qt's own ask the system about
/// every descriptor at every turn. Set with QThread::setEventDispatcher before the thread starts. Socket notifiers,
/// timers, posted events and nested loops behave as with Qt's; timers have a resolution of 1 ms and never fire early.
/// One turn: awake, posted events, aboutToBlock, wait, ready descriptors, due timers.
class EpollDispatcher final : public QAbstractEventDispatcher
{
    Q_OBJECT
public:
    explicit EpollDispatcher(QObject *parent = nullptr);
    ~EpollDispatcher() override;

    /// For code of this thread that watches descriptors without QSocketNotifier.
    DescriptorSet &descriptors() { return m_descriptors; }

    /// What has a turn of this loop in view; null: nothing. Outlives the loop or is taken back.
    void setTurnWatch(TurnWatch *watch) { m_descriptors.setTurnWatch(watch, true); }

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;
    void registerTimer(int timerId, qint64 intervalMs, Qt::TimerType type, QObject *object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject *object) override;
    QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int timerId) override;
    void wakeUp() override;    ///< any thread
    void interrupt() override; ///< any thread

private:
    class Wakener;
    class Notifiers;
    struct Timer
    {
        QObject *object = nullptr;
        qint64 intervalMs = 0;
        qint64 dueUs = 0;
        quint64 sequence = 0; ///< the order among timers that are due at the same moment
        Qt::TimerType type = Qt::CoarseTimer;
        bool firing = false;
    };
    using Order = std::pair<qint64, quint64>; ///< due, sequence

    static qint64 nowUs();
    int timeoutMs() const;
    int fireTimers();
    void schedule(int timerId, Timer &timer, qint64 dueUs);
    void takeOut(const Timer &timer) { m_order.erase({timer.dueUs, timer.sequence}); }

    DescriptorSet m_descriptors;
    std::unique_ptr<Wakener> m_wakener;
    std::unordered_map<int, std::unique_ptr<Notifiers>> m_notifiers; ///< by descriptor
    std::vector<std::unique_ptr<Notifiers>> m_retired; ///< emptied notifiers that may still be on the stack
    std::unordered_map<int, Timer> m_timers; ///< by id
    std::map<Order, int> m_order;            ///< to the timer's id; those that are firing are out
    quint64 m_nextSequence = 0;
    std::atomic<Qt::HANDLE> m_thread = nullptr; ///< that runs it; it is made in another
    std::atomic_bool m_interrupted = false;
    bool m_woken = false; ///< by this thread: no system call needed
};

} // namespace dormouse
