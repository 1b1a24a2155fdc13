// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace dormouse {

/// One step of the database schema (scheduler.md section 8.1). Steps are never changed once released; a change is a
/// new step. All statements of one step and the new meta.schema_version are one transaction.
struct Migration
{
    int version;
    std::vector<const char *> statements;
};

/// Ascending, without gaps, from 1.
const std::vector<Migration> &migrations();
inline int newestSchemaVersion()
{
    return migrations().back().version;
}

} // namespace dormouse
