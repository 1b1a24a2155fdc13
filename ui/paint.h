// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme.h"

#include <QList>
#include <QRect>

class QPainter;

namespace dormouse {

/// A thin bar for a part of a limit. limit = true turns to warning tones above 60 % and 85 %; otherwise one tone.
void paintBar(QPainter &painter, const ThemeManager &theme, const QRect &area, double fraction, bool limit, bool stale);
/// A course of values, oldest left, as a line over its area; the highest fills the height. Nothing for no values.
void paintCourse(QPainter &painter, const ThemeManager &theme, const QRect &area, const QList<double> &values, bool stale);
Color barTone(double fraction);

} // namespace dormouse
