// SPDX-License-Identifier: Apache-2.0
#include "engine/net/epolldispatcher.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <QThread>

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace dormouse {

namespace {
constexpr std::array kTypes{QSocketNotifier::Read, QSocketNotifier::Write, QSocketNotifier::Exception};
}

/// The eventfd behind wakeUp() of other threads.
class EpollDispatcher::Wakener final : public DescriptorWatcher
{
public:
    explicit Wakener(DescriptorSet &set) : m_set(set), m_descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
        if (m_descriptor < 0 || !m_set.add(m_descriptor, *this, DescriptorSet::Readable))
            qFatal("eventfd failed");
    }
    ~Wakener()
    {
        m_set.remove(m_descriptor, *this);
        ::close(m_descriptor);
    }
    Q_DISABLE_COPY_MOVE(Wakener)

    void wake()
    {
        if (m_pending.exchange(true, std::memory_order_acq_rel))
            return;
        const quint64 one = 1;
        [[maybe_unused]] const ssize_t written = ::write(m_descriptor, &one, sizeof one);
    }
    void descriptorReady(quint32) override
    {
        quint64 count = 0;
        [[maybe_unused]] const ssize_t got = ::read(m_descriptor, &count, sizeof count);
        // After the read: a wake() from here on writes again, one before it has its event seen by the next turn.
        m_pending.exchange(false, std::memory_order_acq_rel);
    }
    int descriptor() const { return m_descriptor; }

private:
    DescriptorSet &m_set;
    int m_descriptor;
    std::atomic_bool m_pending = false;
};

/// The socket notifiers of one descriptor, at most one of each type.
class EpollDispatcher::Notifiers final : public DescriptorWatcher
{
public:
    Notifiers(DescriptorSet &set, int descriptor) : m_set(set), m_descriptor(descriptor) {}

    bool isEmpty() const { return std::all_of(m_byType.begin(), m_byType.end(), [](auto *one) { return !one; }); }
    bool has(const QSocketNotifier *notifier) const { return m_byType[std::size_t(notifier->type())] == notifier; }
    void set(QSocketNotifier::Type type, QSocketNotifier *notifier)
    {
        QSocketNotifier *&slot = m_byType[std::size_t(type)];
        // Replaced without being removed: its descriptor was closed, so the system watches nothing any more.
        if (slot && notifier)
            m_set.remove(m_descriptor, *this);
        const bool added = !isEmpty() && !(slot && notifier);
        slot = notifier;
        quint32 events = 0;
        for (const QSocketNotifier::Type one : kTypes) {
            if (m_byType[std::size_t(one)])
                events |= eventOf(one);
        }
        if (events == 0)
            m_set.remove(m_descriptor, *this);
        else if (added)
            m_set.change(m_descriptor, *this, events);
        else if (!m_set.add(m_descriptor, *this, events))
            qWarning("EpollDispatcher: descriptor %d cannot be watched", m_descriptor);
    }
    void descriptorReady(quint32 events) override
    {
        if (events & DescriptorSet::Ended)
            events |= DescriptorSet::Readable | DescriptorSet::Writable;
        for (const QSocketNotifier::Type type : kTypes) {
            // Asked anew for each: the handler of one may remove the next.
            QSocketNotifier *notifier = m_byType[std::size_t(type)];
            if (!notifier || !(events & eventOf(type)))
                continue;
            QEvent event(QEvent::SockAct);
            QCoreApplication::sendEvent(notifier, &event);
        }
    }

private:
    static quint32 eventOf(QSocketNotifier::Type type)
    {
        return type == QSocketNotifier::Read ? DescriptorSet::Readable
            : type == QSocketNotifier::Write ? DescriptorSet::Writable
                                             : DescriptorSet::Urgent;
    }

    DescriptorSet &m_set;
    std::array<QSocketNotifier *, 3> m_byType{};
    int m_descriptor;
};

EpollDispatcher::EpollDispatcher(QObject *parent)
    : QAbstractEventDispatcher(parent), m_wakener(std::make_unique<Wakener>(m_descriptors))
{}

EpollDispatcher::~EpollDispatcher() = default;

qint64 EpollDispatcher::nowUs()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return qint64(time.tv_sec) * 1'000'000 + time.tv_nsec / 1000;
}

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    m_thread.store(QThread::currentThreadId());
    m_interrupted.store(false);
    m_woken = false;
    Q_EMIT awake();
    {
        const TurnWatch::Scope scope(m_descriptors.turnWatch(), "posted");
        QCoreApplication::sendPostedEvents();
    }

    const bool timers = !(flags & QEventLoop::X11ExcludeTimers);
    const bool mayWait = flags & QEventLoop::WaitForMoreEvents && !m_woken && !m_interrupted.load();
    int timeout = 0;
    if (mayWait) {
        Q_EMIT aboutToBlock();
        // What listens to the signal may post something.
        timeout = m_woken || m_interrupted.load() ? 0 : timers ? timeoutMs() : -1;
    }
    int done = 0;
    if (flags & QEventLoop::ExcludeSocketNotifiers) {
        pollfd wake{m_wakener->descriptor(), POLLIN, 0};
        if (::poll(&wake, 1, timeout) > 0) {
            m_wakener->descriptorReady(DescriptorSet::Readable);
            ++done;
        }
    } else {
        done += m_descriptors.wait(timeout);
        if (!m_descriptors.isDelivering())
            m_retired.clear();
    }
    if (timers)
        done += fireTimers();
    return done > 0;
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    const int descriptor = int(notifier->socket());
    std::unique_ptr<Notifiers> &slot = m_notifiers[descriptor];
    if (!slot)
        slot = std::make_unique<Notifiers>(m_descriptors, descriptor);
    slot->set(notifier->type(), notifier);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    const auto found = m_notifiers.find(int(notifier->socket()));
    if (found == m_notifiers.end() || !found->second->has(notifier))
        return;
    found->second->set(notifier->type(), nullptr);
    if (!found->second->isEmpty())
        return;
    if (m_descriptors.isDelivering())
        m_retired.push_back(std::move(found->second));
    m_notifiers.erase(found);
}

void EpollDispatcher::schedule(int timerId, Timer &timer, qint64 dueUs)
{
    timer.dueUs = dueUs;
    timer.sequence = m_nextSequence++;
    m_order.emplace(Order{timer.dueUs, timer.sequence}, timerId);
}

void EpollDispatcher::registerTimer(int timerId, qint64 intervalMs, Qt::TimerType type, QObject *object)
{
    Timer &timer = m_timers[timerId];
    timer.object = object;
    timer.intervalMs = intervalMs;
    timer.type = type;
    schedule(timerId, timer, nowUs() + intervalMs * 1000);
}

bool EpollDispatcher::unregisterTimer(int timerId)
{
    const auto found = m_timers.find(timerId);
    if (found == m_timers.end())
        return false;
    takeOut(found->second);
    m_timers.erase(found);
    return true;
}

bool EpollDispatcher::unregisterTimers(QObject *object)
{
    return std::erase_if(m_timers, [&](const auto &entry) {
        if (entry.second.object != object)
            return false;
        takeOut(entry.second);
        return true;
    }) > 0;
}

QList<EpollDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject *object) const
{
    QList<TimerInfo> list;
    for (const auto &[id, timer] : m_timers) {
        if (timer.object == object)
            list.append(TimerInfo(id, int(timer.intervalMs), timer.type));
    }
    return list;
}

int EpollDispatcher::remainingTime(int timerId)
{
    const auto found = m_timers.find(timerId);
    if (found == m_timers.end())
        return -1;
    return int(std::max<qint64>(0, (found->second.dueUs - nowUs() + 999) / 1000));
}

int EpollDispatcher::timeoutMs() const
{
    if (m_order.empty())
        return -1;
    const qint64 waitMs = (m_order.begin()->first.first - nowUs() + 999) / 1000;
    return int(std::clamp<qint64>(waitMs, 0, std::numeric_limits<int>::max()));
}

int EpollDispatcher::fireTimers()
{
    if (m_order.empty())
        return 0;
    const TurnWatch::Scope scope(m_descriptors.turnWatch(), "timers");
    const qint64 now = nowUs();
    const quint64 lastSequence = m_nextSequence; // timers started from here on wait for the next turn
    int fired = 0;
    while (!m_order.empty()) {
        // The earliest that is due and was there before this turn; those started meanwhile may stand before it.
        auto next = m_order.begin();
        while (next != m_order.end() && next->first.first <= now && next->first.second >= lastSequence)
            ++next;
        if (next == m_order.end() || next->first.first > now)
            break;
        const int id = next->second;
        m_order.erase(next);
        Timer &timer = m_timers.at(id);
        timer.firing = true;
        const quint64 sequence = timer.sequence;
        QObject *object = timer.object;
        ++fired;
        QTimerEvent event(id);
        QCoreApplication::sendEvent(object, &event);
        // The handler may have stopped it, or stopped it and started another one under the same id.
        const auto found = m_timers.find(id);
        if (found == m_timers.end() || !found->second.firing || found->second.sequence != sequence)
            continue;
        found->second.firing = false;
        const qint64 interval = found->second.intervalMs * 1000;
        const qint64 after = nowUs();
        const qint64 due = found->second.dueUs + interval;
        schedule(id, found->second, due > after ? due : after + interval);
    }
    return fired;
}

void EpollDispatcher::wakeUp()
{
    if (QThread::currentThreadId() == m_thread.load())
        m_woken = true;
    else
        m_wakener->wake();
}

void EpollDispatcher::interrupt()
{
    m_interrupted.store(true);
    wakeUp();
}

} // namespace dormouse
