// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QHash>
#include <QVariant>

class QWidget;

namespace dormouse {

/// What a person has set in the controls of a view: typed text, ticks, choices, column order and widths, how far a list
/// is scrolled. Taken from one tree of widgets and given to another that the same code built, for example in another
/// language or text size. Fields are recognised by class and place among their siblings, so the text on them does not
/// matter. Thread: the UI thread.
class ViewState
{
public:
    /// textSize in percent: column widths follow it.
    static ViewState of(const QWidget &root, int textSize);
    void giveTo(QWidget &root, int textSize) const;

private:
    struct Key
    {
        QByteArray type;
        int number;
        bool operator==(const Key &) const = default;
    };
    friend size_t qHash(const Key &key, size_t seed) { return qHashMulti(seed, key.type, key.number); }
    template<typename Visit>
    static void walk(const QWidget &root, Visit visit);
    QHash<Key, QVariant> m_values;
    Key m_focus{{}, -1};
    int m_textSize = 100;
};

} // namespace dormouse
