// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/livetablemodel.h"

#include <QHash>
#include <QSet>

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
        // A slot that waits for its row to be removed still holds a value; the index tells.
        for (int slot = 0; slot < int(m_items.size()); ++slot)
            if (!idOf(slot).isEmpty() && slotOf(idOf(slot)) == slot)
                visit(m_items[size_t(slot)]);
    }
    const T *at(int row) const { return find(idAt(row)); }

    /// Takes changed values. snapshot: live rows that are not among them vanish, ended rows stay unless they ended
    /// after ts (a recording was wound back).
    void store(const std::vector<T> &changed, bool snapshot, qint64 ts)
    {
        setNow(ts);
        if (snapshot) {
            QSet<QString> present;
            present.reserve(qsizetype(changed.size()));
            for (const T &item : changed)
                present.insert(keyOf(item));
            std::vector<QString> gone;
            for (const T &item : m_items) {
                const QString &id = keyOf(item);
                if (!id.isEmpty() && m_index.contains(id) && !present.contains(id)
                    && (!ended(item) || endedTs(item) > ts))
                    gone.push_back(id);
            }
            for (const QString &id : gone)
                remove(id);
        }
        for (const T &item : changed)
            upsert(item);
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
    std::vector<int> m_free;
    QHash<QString, int> m_index;
    std::deque<QString> m_graveyard; ///< oldest first
};

} // namespace dormouse
