// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace dormouse {

/// How numbers look on screen. Language-neutral: units are SI or IEC symbols. Thread-safe, pure.
QString unknownText();               ///< the dash for "not known", never a zero
QString countText(double value);     ///< 12 345; one decimal below ten when not whole
QString bytesText(double bytes);     ///< 512 B, 1.5 KiB, 3.2 MiB
QString durationText(double ms);     ///< 0.4 ms, 12 s, 3 min 20 s, 2 h 05 min
QString microsText(double us);       ///< 850 µs, 1.2 ms, 3.1 s
QString timeText(qint64 ts);         ///< local 14:03:07.125
QString dateTimeText(qint64 ts);     ///< local 2026-01-31 14:03:07.125

} // namespace dormouse
