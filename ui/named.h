// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

namespace dormouse {

/// The widget itself, with the name that screen readers say.
template<typename T>
T *named(T *widget, const QString &name)
{
    widget->setAccessibleName(name);
    return widget;
}

} // namespace dormouse
