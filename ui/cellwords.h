// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/livetablemodel.h"

#include <QCoreApplication>

namespace dormouse {

/// Cells whose text is a code of the engine, in the language of the window. Filters, copies and exports keep the codes.
/// Thread: the UI thread.
class CellWords
{
    Q_DECLARE_TR_FUNCTIONS(dormouse::CellWords)
public:
    /// text is what the model has in a cell of that column and kind.
    static QString shown(const QString &columnKey, CellKind kind, const QString &text);
    /// A reason of the engine, "code: detail" (ActorInfo::why): the code stays, moments become local time. What is not
    /// known to be one of its sentences stays as it is.
    static QString reason(const QString &reason);
    static QString unit(const QString &unit);   ///< of a setting
    static QString range(const QString &range); ///< of a setting, SettingInfo::range
};

} // namespace dormouse
