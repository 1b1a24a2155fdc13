// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/store/sqlstore.h"

namespace dormouse {

/// Store in one SQLite file (performance-notes.md section 7.2). open() also makes the folder of the file; a file that
/// cannot be used is left as it is. A lock file beside the database keeps a second engine away.
class SqliteStore final : public SqlStore
{
public:
    SqliteStore(const QString &path, PostToEngine post, const SqlStoreOptions &options = {});
};

} // namespace dormouse
