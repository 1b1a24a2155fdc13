// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/record/sessionreader.h"

class QIODevice;

namespace dormouse::record {

inline constexpr int kJsonLinesSchema = 1;

struct ExportStats
{
    quint64 written = 0; ///< events or trace entries
    quint64 eventsDropped = 0; ///< known to be missing from the recording
    bool thinned = false; ///< message slices were left out to stay below the size limit
};

/// One JSON object per line (console.md section 6). First line: format, schema, tool, clock_origin {wall_ms, mono_us},
/// source, drops. Then one line per event: t (ns since the origin), kind, level, ids and the fields of that kind.
/// Errors: record.cannot_write, and those of reading.
Result<ExportStats> exportJsonLines(const SessionReader &reader, QIODevice &out);

/// Chrome trace event JSON, for Perfetto and chrome://tracing (console.md section 6): processes are the tiers client,
/// gateway, runner, actor; threads are units. Lifetimes and states are nested X, HTTP requests async b/e,
/// messages small X joined by flows, pending counts C, warnings i, names M.
/// Beyond maxBytes no more message slices are written.
Result<ExportStats> exportChromeTrace(const SessionReader &reader, QIODevice &out,
                                      qint64 maxBytes = 180LL * 1024 * 1024);

} // namespace dormouse::record
