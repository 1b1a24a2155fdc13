// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/databaseurl.h"
#include "engine/store/sqlstore.h"

namespace dormouse {

/// Store in a PostgreSQL database, version 13 or newer (scheduler.md section 8.4, performance-notes.md section 7.3).
/// One engine per database: an advisory lock, and a row that says who writes. When the server is lost, the store
/// connects anew and repeats what was not committed; a commit whose answer was lost is recognised, so nothing is done
/// twice. When another engine has used the database meanwhile, the store gives up at once.
class PostgresStore final : public SqlStore
{
public:
    /// About 45 s of a server that does not answer.
    static SqlStoreOptions defaults();

    PostgresStore(const DatabaseUrl &url, PostToEngine post, const SqlStoreOptions &options = defaults());
};

} // namespace dormouse
