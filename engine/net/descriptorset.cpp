// SPDX-License-Identifier: Apache-2.0
#include "engine/net/descriptorset.h"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace dormouse {

namespace {

quint32 toSystem(quint32 events)
{
    return (events & DescriptorSet::Readable ? quint32(EPOLLIN) : 0U)
        | (events & DescriptorSet::Writable ? quint32(EPOLLOUT) : 0U)
        | (events & DescriptorSet::Urgent ? quint32(EPOLLPRI) : 0U);
}

quint32 fromSystem(quint32 events)
{
    return (events & EPOLLIN ? quint32(DescriptorSet::Readable) : 0U)
        | (events & EPOLLOUT ? quint32(DescriptorSet::Writable) : 0U)
        | (events & EPOLLPRI ? quint32(DescriptorSet::Urgent) : 0U)
        | (events & (EPOLLERR | EPOLLHUP) ? quint32(DescriptorSet::Ended) : 0U);
}

} // namespace

DescriptorSet::DescriptorSet() : m_epoll(::epoll_create1(EPOLL_CLOEXEC))
{
    if (m_epoll < 0)
        qFatal("epoll_create1 failed");
}

DescriptorSet::~DescriptorSet()
{
    ::close(m_epoll);
}

bool DescriptorSet::add(int descriptor, DescriptorWatcher &watcher, quint32 events)
{
    if (std::size_t(descriptor) >= m_entries.size())
        m_entries.resize(std::size_t(descriptor) + 1);
    Entry &entry = m_entries[std::size_t(descriptor)];
    epoll_event event{};
    event.events = toSystem(events);
    event.data.u64 = quint64(entry.generation + 1) << 32 | quint32(descriptor);
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) != 0
        && (errno != EEXIST || ::epoll_ctl(m_epoll, EPOLL_CTL_MOD, descriptor, &event) != 0))
        return false;
    entry = {&watcher, entry.generation + 1, events};
    return true;
}

DescriptorSet::Entry *DescriptorSet::entryOf(int descriptor, const DescriptorWatcher &watcher)
{
    if (descriptor < 0 || std::size_t(descriptor) >= m_entries.size())
        return nullptr;
    Entry &entry = m_entries[std::size_t(descriptor)];
    return entry.watcher == &watcher ? &entry : nullptr;
}

void DescriptorSet::change(int descriptor, const DescriptorWatcher &watcher, quint32 events)
{
    Entry *entry = entryOf(descriptor, watcher);
    if (!entry || entry->events == events)
        return;
    entry->events = events;
    epoll_event event{};
    event.events = toSystem(events);
    event.data.u64 = quint64(entry->generation) << 32 | quint32(descriptor);
    if (::epoll_ctl(m_epoll, EPOLL_CTL_MOD, descriptor, &event) != 0 && errno == ENOENT)
        ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void DescriptorSet::remove(int descriptor, const DescriptorWatcher &watcher)
{
    Entry *entry = entryOf(descriptor, watcher);
    if (!entry)
        return;
    *entry = {nullptr, entry->generation + 1, 0};
    // Fails when the descriptor is closed already, which has taken it out of the set as well.
    ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
}

void DescriptorSet::forget(int descriptor, const DescriptorWatcher &watcher)
{
    if (Entry *entry = entryOf(descriptor, watcher))
        *entry = {nullptr, entry->generation + 1, 0};
}

void DescriptorSet::setTurnWatch(TurnWatch *watch, bool isLoop)
{
    m_watch = watch;
    m_isLoop = isLoop;
}

/// What the last turn left and is still as it was. Asked of the system again: between the turns others may have read.
int DescriptorSet::takeLeft(Batch &batch)
{
    std::array<pollfd, kEventsPerWait> asked{};
    const std::vector<epoll_event> left = std::exchange(m_left, {});
    int waiting = 0;
    for (const epoll_event &event : left) {
        const auto descriptor = std::size_t(event.data.u64 & 0xffffffffU);
        const Entry &entry = m_entries[descriptor];
        if (!entry.watcher || entry.generation != quint32(event.data.u64 >> 32))
            continue;
        // The bits of poll and epoll are the same numbers.
        asked[std::size_t(waiting)] = {int(descriptor), short(toSystem(entry.events)), 0};
        batch[std::size_t(waiting++)] = event;
    }
    if (waiting == 0 || ::poll(asked.data(), nfds_t(waiting), 0) <= 0)
        return 0;
    int count = 0;
    for (int i = 0; i < waiting; ++i) {
        if (asked[std::size_t(i)].revents == 0)
            continue;
        epoll_event event = batch[std::size_t(i)];
        event.events = quint32(quint16(asked[std::size_t(i)].revents));
        batch[std::size_t(count++)] = event;
    }
    return count;
}

QByteArray DescriptorSet::describe(const void *served)
{
    const auto [set, data] = *static_cast<const Served *>(served);
    const Entry &entry = set->m_entries[std::size_t(data & 0xffffffffU)];
    return entry.watcher && entry.generation == quint32(data >> 32) ? entry.watcher->describe()
                                                                    : QByteArrayLiteral("connection that has ended");
}

int DescriptorSet::wait(int timeoutMs)
{
    static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLPRI == POLLPRI && EPOLLERR == POLLERR
                  && EPOLLHUP == POLLHUP);
    Batch events;
    const bool hadLeft = !m_left.empty();
    if (m_watch && m_isLoop)
        m_watch->end();
    int count = hadLeft ? takeLeft(events) : 0;
    if (count == 0)
        count = ::epoll_wait(m_epoll, events.data(), kEventsPerWait, hadLeft ? 0 : timeoutMs);
    if (m_watch && m_isLoop)
        m_watch->begin();
    if (count <= 0)
        return 0;
    int done = 0;
    ++m_delivering;
    while (done < count) {
        const epoll_event &event = events[std::size_t(done++)];
        // Looked up for each one: an earlier handler may have removed it or closed and reused its number.
        const Entry &entry = m_entries[std::size_t(event.data.u64 & 0xffffffffU)];
        if (!entry.watcher || entry.generation != quint32(event.data.u64 >> 32))
            continue;
        const Served served{this, event.data.u64};
        {
            // One look at the clock for each: the end of one is the beginning of the next.
            const TurnWatch::Scope scope(m_watch, "sockets", &DescriptorSet::describe, &served, m_isLoop || done > 1);
            entry.watcher->descriptorReady(fromSystem(event.events));
        }
        if (done < count && m_watch && m_watch->wasExhausted()) {
            m_left.assign(events.begin() + done, events.begin() + count);
            break;
        }
    }
    --m_delivering;
    for (std::size_t i = 0; i < m_hooks.size(); ++i) // by index: a hook may end its owner
        m_hooks[i].second();
    return done;
}

void DescriptorSet::removeAfterDelivery(const void *owner)
{
    std::erase_if(m_hooks, [owner](const auto &hook) { return hook.first == owner; });
}

} // namespace dormouse
