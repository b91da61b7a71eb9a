#include "lifecycle/ledger_schema.hpp"

#include <iterator>
#include <string>

namespace slipway::lifecycle {
namespace {

constexpr std::int64_t kApplicationId = 0x534c5750;  // "SLWP": says to `file` and to us that this is a ledger

// Step N makes version N + 1 of version N. A step that was released is never changed: another one follows it.
constexpr const char* kSteps[] = {
    // 1: what is published, where labels point, what was decided
    R"sql(
CREATE TABLE versions (
  model        TEXT NOT NULL,
  version      TEXT NOT NULL,
  digest       TEXT NOT NULL CHECK (length(digest) = 64),
  files        INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('stored', 'collected', 'damaged')),
  published_ns INTEGER NOT NULL,
  published_by TEXT NOT NULL,
  PRIMARY KEY (model, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE labels (
  model   TEXT NOT NULL,
  name    TEXT NOT NULL,
  version TEXT NOT NULL,
  PRIMARY KEY (model, name),
  FOREIGN KEY (model, version) REFERENCES versions
) STRICT, WITHOUT ROWID;

CREATE TABLE decisions (
  id             INTEGER PRIMARY KEY,
  at_ns          INTEGER NOT NULL,
  who            TEXT NOT NULL,
  action         TEXT NOT NULL,
  model          TEXT NOT NULL,
  label          TEXT NOT NULL,
  from_version   TEXT NOT NULL,
  to_version     TEXT NOT NULL,
  why            TEXT NOT NULL,
  outcome        TEXT NOT NULL CHECK (outcome IN ('done', 'failed')),
  details        TEXT NOT NULL,
  allow_breaking INTEGER NOT NULL CHECK (allow_breaking IN (0, 1))
) STRICT;
)sql",
    // 2: how labels take part in traffic; deprecation by the operator; since when a version is idle
    R"sql(
ALTER TABLE labels ADD COLUMN share REAL CHECK (share BETWEEN 0 AND 1);
ALTER TABLE labels ADD COLUMN sticky_header TEXT;
ALTER TABLE labels ADD COLUMN max_errors REAL CHECK (max_errors BETWEEN 0 AND 1);
ALTER TABLE labels ADD COLUMN max_latency_ns INTEGER;
ALTER TABLE labels ADD COLUMN window_ns INTEGER;
ALTER TABLE labels ADD COLUMN absolute_tolerance REAL;
ALTER TABLE labels ADD COLUMN relative_tolerance REAL;
ALTER TABLE versions ADD COLUMN deprecated_after TEXT;
ALTER TABLE versions ADD COLUMN successor TEXT;
ALTER TABLE versions ADD COLUMN mentioned_ns INTEGER NOT NULL DEFAULT 0;
UPDATE versions SET mentioned_ns = max(published_ns, coalesce(
  (SELECT max(at_ns) FROM decisions
   WHERE decisions.model = versions.model AND versions.version IN (from_version, to_version)), 0));
)sql",
    // 3: until when a deprecated version is there
    R"sql(
ALTER TABLE versions ADD COLUMN sunset TEXT;
)sql"};
constexpr std::int64_t kCurrent = std::size(kSteps);

Status check_is_ledger(sqlite::Database& database) {
  const Result<std::int64_t> id = database.integer("PRAGMA application_id");
  if (!id) return id.error();
  const Result<std::int64_t> tables = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*id == kApplicationId || (*id == 0 && *tables == 0)) return {};
  return Error(Code::failed_precondition,
               database.name() + " is a database, but not a ledger of Slipway; is this the store's folder?");
}

}  // namespace

Status migrate(sqlite::Database& database) {
  if (Status is_ledger = check_is_ledger(database); !is_ledger) return is_ledger;
  const Result<std::int64_t> found = database.integer("PRAGMA user_version");
  if (!found) return found.error();
  if (*found == kCurrent) return {};
  if (*found > kCurrent)
    return Error(Code::unsupported, database.name() + " was written by a newer Slipway (its version is " +
                                        std::to_string(*found) + ", this host knows up to " +
                                        std::to_string(kCurrent) + "); use that host, or a newer one");
  sqlite::Transaction transaction(database);
  if (Status begun = transaction.begin(); !begun) return begun;
  for (std::int64_t step = *found; step < kCurrent; ++step)
    if (Status taken = database.run(kSteps[step]); !taken) return taken;
  if (Status marked = database.run("PRAGMA application_id = " + std::to_string(kApplicationId) +
                                   "; PRAGMA user_version = " + std::to_string(kCurrent));
      !marked)
    return marked;
  return transaction.commit();
}

}  // namespace slipway::lifecycle
