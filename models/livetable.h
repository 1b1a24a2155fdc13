// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/livetablemodel.h"

#include <QHash>

#include <algorithm>
#include <deque>

namespace dormouse {

/// Storage half of a live table: values of type T by id in re-used slots, and the bounded graveyard of ended rows.
/// Derived classes say how to read a T.
template<typename T>
class LiveTable : public LiveTableModel
{
public:
    /// Valid until the next store(); nullptr when unknown. Hidden and ended rows are found too.
    const T *find(const QString &id) const
    {
        const int slot = slotOf(id);
        return slot < 0 ? nullptr : &m_items[size_t(slot)];
    }
    template<typename F>
    void forEach(F visit) const
    {
        // A slot that waits for its row to be removed still holds a value.
        for (int slot = 0; slot < int(m_items.size()); ++slot)
            if (!keyOf(m_items[size_t(slot)]).isEmpty() && !isGone(slot))
                visit(m_items[size_t(slot)]);
    }
    const T *at(int row) const { return find(idAt(row)); }

    /// Takes changed values. snapshot: live rows that are not among them vanish, ended rows stay unless they ended
    /// after ts (a recording was wound back).
    void store(const std::vector<T> &changed, bool snapshot, qint64 ts) { storePart(changed, 0, changed.size(), snapshot, ts); }
    /// The same in several steps, for many values: parts follow each other without a gap, from 0 to the end.
    void storePart(const std::vector<T> &changed, size_t from, size_t to, bool snapshot, qint64 ts)
    {
        if (from == 0) {
            setNow(ts);
            ++m_round;
        }
        for (size_t i = from; i < to; ++i)
            upsert(changed[i]);
        if (snapshot && to == changed.size())
            removeUntold(ts);
        if (isActive())
            publish();
    }
    void removeAll()
    {
        const QList<QString> ids = m_index.keys();
        for (const QString &id : ids)
            remove(id);
        if (isActive())
            publish();
    }

protected:
    using LiveTableModel::LiveTableModel;

    virtual const QString &keyOf(const T &item) const = 0;
    virtual bool ended(const T &) const { return false; }
    virtual qint64 endedTs(const T &) const { return 0; }

    const T &item(int slot) const { return m_items[size_t(slot)]; }
    const QString &idOf(int slot) const override { return keyOf(m_items[size_t(slot)]); }
    int slotOf(const QString &id) const override { return m_index.value(id, -1); }
    bool isEnded(int slot) const override { return ended(m_items[size_t(slot)]); }
    void releaseSlot(int slot) override
    {
        m_items[size_t(slot)] = T();
        m_free.push_back(slot);
    }

    void upsert(const T &value)
    {
        const QString &id = keyOf(value);
        if (id.isEmpty())
            return;
        int slot = m_index.value(id, -1);
        if (slot < 0) {
            if (m_free.empty()) {
                slot = int(m_items.size());
                m_items.emplace_back();
                m_told.push_back(0);
                growTo(slot + 1);
            } else {
                slot = m_free.back();
                m_free.pop_back();
            }
            m_index.insert(id, slot);
            countLive(1);
        } else if (ended(m_items[size_t(slot)])) {
            leaveGraveyard(id);
        }
        m_items[size_t(slot)] = value;
        m_told[size_t(slot)] = m_round;
        markDirty(slot);
        if (ended(value)) {
            countLive(-1);
            countEnded(1);
            m_graveyard.push_back(id);
            if (int(m_graveyard.size()) > kMaxEnded)
                remove(QString(m_graveyard.front()));
        }
    }
    void remove(const QString &id)
    {
        const int slot = m_index.value(id, -1);
        if (slot < 0)
            return;
        if (ended(m_items[size_t(slot)]))
            leaveGraveyard(id);
        m_index.remove(id);
        countLive(-1);
        markGone(slot);
    }

private:
    void removeUntold(qint64 ts)
    {
        std::vector<QString> gone;
        for (size_t slot = 0; slot < m_items.size(); ++slot) {
            const T &item = m_items[slot];
            if (!keyOf(item).isEmpty() && !isGone(int(slot)) && m_told[slot] != m_round && (!ended(item) || endedTs(item) > ts))
                gone.push_back(keyOf(item));
        }
        for (const QString &id : gone)
            remove(id);
    }
    void leaveGraveyard(const QString &id)
    {
        if (!m_graveyard.empty() && m_graveyard.front() == id)
            m_graveyard.pop_front();
        else
            m_graveyard.erase(std::find(m_graveyard.begin(), m_graveyard.end(), id));
        countEnded(-1);
        countLive(1);
    }

    std::vector<T> m_items;
    std::vector<quint32> m_told; ///< slot -> round that last told about it
    quint32 m_round = 0;
    std::vector<int> m_free;
    QHash<QString, int> m_index;
    std::deque<QString> m_graveyard; ///< oldest first
};

} // namespace dormouse
