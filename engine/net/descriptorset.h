// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/turnwatch.h"

#include <QtGlobal>

#include <array>
#include <functional>
#include <utility>
#include <vector>

#include <sys/epoll.h>

namespace dormouse {

/// Told when a descriptor of a DescriptorSet is ready.
class DescriptorWatcher
{
public:
    /// Bits of DescriptorSet::Event; Ended comes unasked. May add and remove descriptors, its own as well, but must
    /// not be destroyed while it is in a set.
    virtual void descriptorReady(quint32 events) = 0;
    /// What it serves, for the report of a turn that took too long.
    virtual QByteArray describe() const { return QByteArrayLiteral("socket"); }

protected:
    ~DescriptorWatcher() = default;
};

/// A level-triggered epoll set (performance-notes.md section 4): the cost of a turn follows the descriptors that are
/// ready, not those that are open. Regular files cannot be watched. Thread: one.
class DescriptorSet
{
public:
    enum Event : quint32 {
        Readable = 1,
        Writable = 2,
        Urgent = 4,
        Ended = 8, ///< error or end in both directions
    };

    DescriptorSet();
    ~DescriptorSet();
    Q_DISABLE_COPY_MOVE(DescriptorSet)

    /// Starts watching; a descriptor that was closed without remove() and whose number came back is taken over.
    /// False: the system refused (errno tells).
    bool add(int descriptor, DescriptorWatcher &watcher, quint32 events);
    /// Nothing happens when another watcher has the descriptor by now.
    void change(int descriptor, const DescriptorWatcher &watcher, quint32 events);
    void remove(int descriptor, const DescriptorWatcher &watcher);
    /// The same for one that the caller closes now, which takes it out of the system's set as well.
    void forget(int descriptor, const DescriptorWatcher &watcher);

    /// Waits (-1: without limit) and delivers. Returns the number of descriptors that were ready. Reentrant: what the
    /// inner call delivers the outer one finds gone or delivers again, as level-triggered readiness allows.
    int wait(int timeoutMs);
    /// From now on a wait() delivers until the turn has used its budget; the rest comes first at the next wait(), if it
    /// is still ready then. isLoop: wait() is where the loop of this thread waits, so it ends and begins turns.
    void setTurnWatch(TurnWatch *watch, bool isLoop);
    TurnWatch *turnWatch() const { return m_watch; }
    /// Readable when a watched descriptor is ready: a set may be a member of another loop.
    int descriptor() const { return m_epoll; }
    bool isDelivering() const { return m_delivering > 0; }
    /// Called after the last delivery of each wait() that delivered something. The owner names the hook for removal.
    void addAfterDelivery(const void *owner, std::function<void()> hook) { m_hooks.emplace_back(owner, std::move(hook)); }
    void removeAfterDelivery(const void *owner);

private:
    struct Entry
    {
        DescriptorWatcher *watcher = nullptr;
        quint32 generation = 0; ///< tells events of an earlier holder of the number
        quint32 events = 0;
    };
    static constexpr int kEventsPerWait = 256;
    using Batch = std::array<epoll_event, kEventsPerWait>;

    Entry *entryOf(int descriptor, const DescriptorWatcher &watcher);
    int takeLeft(Batch &batch);
    struct Served
    {
        const DescriptorSet *set;
        quint64 data; ///< of the event: descriptor and generation
    };
    static QByteArray describe(const void *served);

    int m_epoll;
    int m_delivering = 0;
    TurnWatch *m_watch = nullptr;
    bool m_isLoop = false;
    std::vector<Entry> m_entries; ///< by descriptor
    std::vector<epoll_event> m_left; ///< fetched, and not delivered because the budget was used up
    std::vector<std::pair<const void *, std::function<void()>>> m_hooks;
};

} // namespace dormouse
