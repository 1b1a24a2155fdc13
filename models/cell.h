// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QVariant>

#include <optional>

namespace dormouse::cell {

/// Absent stays absent: an invalid variant, shown as a dash.
template<typename T>
QVariant of(const std::optional<T> &value)
{
    return value ? QVariant::fromValue(double(*value)) : QVariant();
}
inline QVariant text(const QString &value)
{
    return value.isEmpty() ? QVariant() : QVariant(value);
}
inline QVariant age(const std::optional<qint64> &ts, qint64 now)
{
    return ts ? QVariant(double(qMax<qint64>(0, now - *ts))) : QVariant();
}

} // namespace dormouse::cell
