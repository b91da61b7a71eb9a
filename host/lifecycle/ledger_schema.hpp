// The ledger's tables, and how a ledger of an older host becomes one of this host.
#pragma once

#include "base/result.hpp"
#include "lifecycle/sqlite.hpp"

namespace slipway::lifecycle {

// Takes the database, empty or of an older host, through every step it lacks, in one transaction. Refuses a
// ledger of a newer host and a database that is no ledger.
Status migrate(sqlite::Database& database);

}  // namespace slipway::lifecycle
