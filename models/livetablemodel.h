// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/filter.h"

#include <QAbstractTableModel>
#include <QStringList>
#include <QTimer>

#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace dormouse {

/// What a cell means; the view decides how it looks. Raw units: bytes, ms (Age, Duration), us (Micros), wall ms (Time).
enum class CellKind { Text, Id, State, Count, Bytes, BytesBar, SlotsBar, Age, Duration, Micros, Time, YesNo, Rate };

enum ModelRole {
    SortRole = Qt::UserRole + 1, ///< same as RawRole
    RawRole,                     ///< number or text; invalid = unknown
    StateRole,                   ///< int of the state enum of that model
    IdRole,
    EndedRole,    ///< bool: only kept for autopsy
    CellKindRole, ///< int of CellKind
    FractionRole, ///< 0..1 for bars; invalid = unknown
    ColumnKeyRole, ///< also by headerData
    CourseRole     ///< QList<double>, oldest first: what a Rate did lately; invalid = nothing
};

/// A table keyed by id for many live rows (console.md section 4, performance-notes.md section 8): keeps its own order
/// and filter, announces inserts, removals and changes by range and never resets. Values are stored at once, rows are
/// announced only while the model is active (its view is on screen), so a hidden view costs no signals. Another filter
/// looks at a large table in slices between which the event loop runs. Thread: the UI thread.
class LiveTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    static constexpr int kMaxEnded = 50'000;
    static constexpr int kRowsPerSlice = 16'384; ///< looked at by a new filter in one turn of the event loop

    struct Column
    {
        const char *key;
        CellKind kind;
    };

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// Sorts now. column -1 = order of arrival.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    QString columnKey(int column) const;
    int columnOf(const QString &key) const; ///< -1 when absent
    CellKind columnKind(int column) const { return m_columns[size_t(column)].kind; }
    /// Shown in the header instead of the keys; given by the view, which knows the language.
    void setColumnTitles(const QStringList &titles);
    /// What a screen reader says of a cell, which is what the view paints; given by the view, which knows the language.
    using Spoken = std::function<QString(const QModelIndex &)>;
    void setSpoken(Spoken spoken) { m_spoken = std::move(spoken); }

    /// Takes effect at once in a table of up to kRowsPerSlice rows, else when all have been looked at: settled().
    void setFilter(const Filter &filter);
    bool isSettling() const { return m_scanAt >= 0; }
    const Filter &filter() const { return m_filter; }
    void setShowEnded(bool on);
    bool showEnded() const { return m_showEnded; }
    /// They are among the rows: wanted, or there at the time that the filter asks for.
    bool hasEnded() const { return m_showEnded || m_filterInTime; }
    void setActive(bool on);
    /// Changes of other rows are not announced: they are read when they are scrolled to. The default is all rows.
    void setShownRows(int first, int last);
    bool isActive() const { return m_active; }
    /// While frozen (pointer or selection in the table) resortIfNeeded does nothing.
    void setSortFrozen(bool on) { m_sortFrozen = on; }
    /// The owner calls it at most once a second. True when rows moved.
    bool resortIfNeeded();
    bool isSortFrozen() const { return m_sortFrozen; }
    /// Rows have values that the order does not know yet.
    bool isSortDue() const { return m_sortNeeded && m_sortColumn >= 0; }
    /// Lets a filter that depends on the time look again, every kFollowMs by now(). The owner calls it once a second.
    void followClock();
    static constexpr qint64 kFollowMs = 5'000;

    int rowOf(const QString &id) const; ///< -1 when not shown
    QString idAt(int row) const;
    int liveCount() const { return m_live; }
    int endedCount() const { return m_ended; }
    qint64 now() const { return m_now; }
    void setNow(qint64 ts) { m_now = ts; } ///< wall ms for ages

Q_SIGNALS:
    void settled(); ///< the filter has looked at every row

protected:
    explicit LiveTableModel(std::vector<Column> columns, QObject *parent);

    virtual QVariant raw(int slot, int column) const = 0;
    virtual QString stateWord(int state) const = 0;
    virtual int stateOf(int slot) const = 0;
    virtual const QString &idOf(int slot) const = 0;
    virtual int slotOf(const QString &id) const = 0;
    virtual bool isEnded(int slot) const = 0;
    virtual bool hides(int) const { return false; } ///< known, but not to be shown whatever the filter says
    virtual std::optional<double> fraction(int, int) const { return std::nullopt; }
    virtual QList<double> course(int, int) const { return {}; }
    virtual QString cellText(int slot, int column) const; ///< by kind
    /// The text of a column that holds nothing else, for filters; null: raw() knows. Valid until the next store().
    virtual QStringView storedText(int, int) const { return {}; }
    /// When it was there, wall ms.
    virtual TimeSpan span(int) const { return {}; }
    virtual void releaseSlot(int slot) = 0;

    void growTo(int slotCount);
    void markDirty(int slot);
    /// The row is to disappear; its slot is released as soon as no view shows it.
    void markGone(int slot);
    void publish();
    /// What hides() says has changed.
    void refilter();
    bool isGone(int slot) const { return m_flags[size_t(slot)] & Gone; } ///< waits for its row to be removed
    void countLive(int delta) { m_live += delta; }
    void countEnded(int delta) { m_ended += delta; }

private:
    enum Flag : quint8 {
        Dirty = 1,  ///< waits in m_dirty
        Gone = 2,
        Passed = 4, ///< what the filter said last
        Moved = 8   ///< has values that the order does not know yet; waits in m_moved
    };
    class RowReader;
    bool accepts(int slot) const;
    const QString &wordOf(int state) const;
    bool judge(int slot);
    QString formatted(const QVariant &value, CellKind kind) const;
    void removeRows(std::vector<int> rows);
    void moveToEnd(const std::vector<int> &rows);
    void insertSlots(std::vector<int> added);
    void announceChanged(const std::vector<int> &changed);
    void refreshPositions();
    void scan();
    void setOrder(std::vector<int> order);
    bool isBefore(int slotA, int slotB) const;
    void markMoved(int slot);
    void forgetMoved();
    std::vector<int> sortedOrder(const std::vector<int> &order) const;

    std::vector<Column> m_columns;
    Spoken m_spoken;
    QStringList m_titles;
    std::vector<int> m_order;     ///< row -> slot
    std::vector<int> m_position;  ///< slot -> row, -1 = not shown
    std::vector<quint8> m_flags;
    std::vector<int> m_dirty;
    std::vector<int> m_moved;
    mutable std::vector<QString> m_stateWords; ///< by state; they never change
    Filter m_filter;
    bool m_filterFollows = false; ///< the clock
    bool m_filterInTime = false;  ///< has a time range
    qint64 m_filteredAt = 0;      ///< now() of the last look at all rows
    int m_scanAt = -1; ///< next slot that the filter has to look at; -1 = it has seen all
    QTimer m_scanTimer;
    int m_firstShown = 0;
    int m_lastShown = std::numeric_limits<int>::max();
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    bool m_sortNeeded = false;
    bool m_sortFrozen = false;
    bool m_showEnded = false;
    bool m_active = true;
    int m_live = 0;
    int m_ended = 0;
    qint64 m_now = 0;
};

} // namespace dormouse
