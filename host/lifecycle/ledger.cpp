#include "lifecycle/ledger.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lifecycle/ledger_schema.hpp"
#include "lifecycle/sqlite.hpp"

namespace slipway::lifecycle {
namespace {

using sqlite::Database;
using sqlite::Statement;
using sqlite::Transaction;

constexpr std::size_t kMaxTextBytes = std::size_t{64} << 10;

constexpr std::array<std::string_view, 3> kStates = {"stored", "collected", "damaged"};
constexpr std::array<std::string_view, 10> kActions = {"publish", "release",  "rollback",  "canary",
                                                       "shadow",  "withdraw", "deprecate", "unload",
                                                       "collect", "repair"};
constexpr std::array<std::string_view, 2> kOutcomes = {"done", "failed"};

template <class Enum, std::size_t n>
Enum from_text(const std::array<std::string_view, n>& names, std::string_view text) {
  // Only what to_text() wrote is in the file: a newer host's ledger was refused.
  return static_cast<Enum>(std::find(names.begin(), names.end() - 1, text) - names.begin());
}

// The file is changed by statements that are the same every time: prepared once.
constexpr std::string_view kPutVersion = R"sql(
INSERT INTO versions (model, version, digest, files, bytes, state, published_ns, published_by, deprecated_after,
                      successor, sunset, mentioned_ns)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?7)
ON CONFLICT DO UPDATE SET state = excluded.state, deprecated_after = excluded.deprecated_after,
                          successor = excluded.successor, sunset = excluded.sunset
WHERE digest = excluded.digest)sql";
constexpr std::string_view kPutLabel = R"sql(
INSERT OR REPLACE INTO labels (model, name, version, share, sticky_header, max_errors, max_latency_ns, window_ns,
                               absolute_tolerance, relative_tolerance)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))sql";
constexpr std::string_view kRemoveLabel = "DELETE FROM labels WHERE model = ?1 AND name = ?2";
constexpr std::string_view kMention =
    "UPDATE versions SET mentioned_ns = ?4 WHERE model = ?1 AND version IN (?2, ?3)";
constexpr std::string_view kAddDecision = R"sql(
INSERT INTO decisions (at_ns, who, action, model, label, from_version, to_version, why, outcome, details,
                       allow_breaking)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id)sql";

// Empty: every model, every version.
constexpr std::string_view kVersions = R"sql(
SELECT model, version, digest, files, bytes, state, published_ns, published_by, mentioned_ns, deprecated_after,
       successor, sunset
FROM versions WHERE (?1 = '' OR model = ?1) AND (?2 = '' OR version = ?2)
ORDER BY model, published_ns, version)sql";
constexpr std::string_view kLabels = R"sql(
SELECT model, name, version, share, sticky_header, max_errors, max_latency_ns, window_ns, absolute_tolerance,
       relative_tolerance
FROM labels ORDER BY model, name)sql";
constexpr std::string_view kHistory = R"sql(
SELECT id, at_ns, who, action, model, label, from_version, to_version, why, outcome, details, allow_breaking
FROM decisions WHERE (?1 = '' OR model = ?1) AND (?2 = '' OR label = ?2) ORDER BY id DESC LIMIT ?3)sql";

// WAL: a change costs one write and one sync. FULL: that sync is made before the change is acknowledged.
// EXCLUSIVE: the file is locked while it is open, and needs no shared memory beside it. A small cache: the
// pages of every decision would stay in memory, up to 2 MiB.
Status configure(Database& database) {
  if (Status set = database.run("PRAGMA locking_mode = EXCLUSIVE"); !set) return set;
  Result<Statement> journal = Statement::prepare(database, "PRAGMA journal_mode = WAL");
  if (!journal) return std::move(journal).error();
  {
    Statement::Query mode = journal->query();
    if (!mode.next()) return mode.status();
    if (mode.text(0) != "wal")
      return Error(Code::unsupported, database.name() +
                                          " cannot keep a write-ahead log where it is; put the "
                                          "store on a local disk");
  }
  return database.run(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = "
      "-256");
}

std::string clipped(const std::string& text) {
  if (text.size() <= kMaxTextBytes) return text;
  std::size_t end = kMaxTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not amid a character
  return text.substr(0, end) + "...";
}

std::optional<Nanoseconds> optional_integer(const Statement::Query& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

std::optional<double> optional_number(const Statement::Query& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.number(column);
}

PublishedVersion read_version(const Statement::Query& row) {
  PublishedVersion version;
  version.model = row.text(0);
  version.version = row.text(1);
  version.digest = row.text(2);
  version.files = static_cast<std::uint64_t>(row.integer(3));
  version.bytes = static_cast<std::uint64_t>(row.integer(4));
  version.state = from_text<BundleState>(kStates, row.text(5));
  version.published_at = row.integer(6);
  version.published_by = row.text(7);
  version.mentioned_at = row.integer(8);
  if (!row.is_null(9)) version.deprecation = model::Deprecation{row.text(9), row.text(10), row.text(11)};
  return version;
}

Label read_label(const Statement::Query& row) {
  Label label{row.text(0), row.text(1), row.text(2), std::nullopt};
  if (row.is_null(3)) return label;
  model::TrafficPolicy& policy = label.policy.emplace();
  policy.share = row.number(3);
  policy.sticky_header = row.text(4);
  policy.max_errors = optional_number(row, 5);
  policy.max_latency = optional_integer(row, 6);
  policy.window = row.integer(7);
  policy.tolerance = {row.number(8), row.number(9)};
  return label;
}

Decision read_decision(const Statement::Query& row) {
  Decision decision;
  decision.id = row.integer(0);
  decision.at = row.integer(1);
  decision.by = row.text(2);
  decision.action = from_text<Action>(kActions, row.text(3));
  decision.model = row.text(4);
  decision.label = row.text(5);
  decision.from = row.text(6);
  decision.to = row.text(7);
  decision.why = row.text(8);
  decision.outcome = from_text<Outcome>(kOutcomes, row.text(9));
  decision.details = row.text(10);
  decision.allow_breaking = row.integer(11) != 0;
  return decision;
}

// Every row as `read` makes it.
template <class Read>
auto all_rows(Statement::Query& query, Read read) -> Result<std::vector<decltype(read(query))>> {
  std::vector<decltype(read(query))> rows;
  while (query.next()) rows.push_back(read(query));
  if (Status ended = query.status(); !ended) return std::move(ended).error();
  return rows;
}

}  // namespace

std::string_view to_text(BundleState state) {
  return kStates[static_cast<std::size_t>(state)];
}
std::string_view to_text(Action action) {
  return kActions[static_cast<std::size_t>(action)];
}
std::string_view to_text(Outcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

struct Ledger::State {
  Database database;
  Statement put_version, put_label, remove_label, mention, add_decision, versions, labels, history;

  // The change's parts, inside a transaction.
  Status put(const PublishedVersion& version, Nanoseconds now);
  Status put(const Label& label);
  Result<std::int64_t> add(const Decision& decision);
};

Status Ledger::State::put(const PublishedVersion& version, Nanoseconds now) {
  std::optional<std::string> after, successor, sunset;
  if (version.deprecation) {
    after = version.deprecation->after;
    successor = version.deprecation->successor;
    sunset = version.deprecation->sunset;
  }
  if (Status put =
          put_version.run(version.model, version.version, version.digest,
                          static_cast<std::int64_t>(version.files), static_cast<std::int64_t>(version.bytes),
                          to_text(version.state), now, version.published_by, after, successor, sunset);
      !put)
    return put;
  if (sqlite3_changes(database.get()) == 1) return {};
  return Error(Code::already_exists,
               version.model + " " + version.version + " is published with other bytes");
}

Status Ledger::State::put(const Label& label) {
  if (!label.policy)
    return put_label.run(label.model, label.name, label.version, std::nullopt, std::nullopt, std::nullopt,
                         std::nullopt, std::nullopt, std::nullopt, std::nullopt);
  const model::TrafficPolicy& policy = *label.policy;
  return put_label.run(label.model, label.name, label.version, policy.share, policy.sticky_header,
                       policy.max_errors, policy.max_latency, policy.window, policy.tolerance.absolute,
                       policy.tolerance.relative);
}

Result<std::int64_t> Ledger::State::add(const Decision& decision) {
  Statement::Query added =
      add_decision.query(decision.at, decision.by, to_text(decision.action), decision.model, decision.label,
                         decision.from, decision.to, clipped(decision.why), to_text(decision.outcome),
                         clipped(decision.details), std::int64_t{decision.allow_breaking});
  if (!added.next()) return added.status().error();
  const std::int64_t id = added.integer(0);
  while (added.next()) {
  }
  if (Status ended = added.status(); !ended) return std::move(ended).error();
  return id;
}

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(const std::filesystem::path& file) {
  Result<Database> database = Database::open(file);
  if (!database) return std::move(database).error();
  auto state = std::make_unique<State>();
  state->database = std::move(*database);
  if (Status configured = configure(state->database); !configured) return std::move(configured).error();
  if (Status migrated = migrate(state->database); !migrated) return std::move(migrated).error();
  const std::pair<Statement*, std::string_view> statements[] = {{&state->put_version, kPutVersion},
                                                                {&state->put_label, kPutLabel},
                                                                {&state->remove_label, kRemoveLabel},
                                                                {&state->mention, kMention},
                                                                {&state->add_decision, kAddDecision},
                                                                {&state->versions, kVersions},
                                                                {&state->labels, kLabels},
                                                                {&state->history, kHistory}};
  for (const auto& [statement, sql] : statements) {
    Result<Statement> prepared = Statement::prepare(state->database, sql);
    if (!prepared) return std::move(prepared).error();
    *statement = std::move(*prepared);
  }
  return Ledger(std::move(state));
}

Result<Decision> Ledger::record(const Change& change) {
  Decision decision = change.decision;
  if (decision.outcome == Outcome::failed &&
      (change.version || !change.labels.empty() || !change.withdrawn.empty()))
    return Error(Code::internal, "a failed attempt changes nothing, but came with changes");
  decision.at = utc_now();
  Transaction transaction(state_->database);
  if (Status begun = transaction.begin(); !begun) return std::move(begun).error();
  if (change.version)
    if (Status put = state_->put(*change.version, decision.at); !put) return std::move(put).error();
  for (const Label& label : change.labels)
    if (Status put = state_->put(label); !put) return std::move(put).error();
  for (const std::string& name : change.withdrawn)
    if (Status removed = state_->remove_label.run(decision.model, name); !removed)
      return std::move(removed).error();
  if (Status noted = state_->mention.run(decision.model, decision.from, decision.to, decision.at); !noted)
    return std::move(noted).error();
  const Result<std::int64_t> id = state_->add(decision);
  if (!id) return id.error();
  if (Status committed = transaction.commit(); !committed) return std::move(committed).error();
  decision.id = *id;
  return decision;
}

Result<std::optional<PublishedVersion>> Ledger::version(std::string_view model, std::string_view version) {
  Statement::Query query = state_->versions.query(model, version);
  Result<std::vector<PublishedVersion>> found = all_rows(query, read_version);
  if (!found) return std::move(found).error();
  if (found->empty()) return std::optional<PublishedVersion>();
  return std::optional(std::move(found->front()));
}

Result<std::vector<PublishedVersion>> Ledger::versions() {
  Statement::Query query = state_->versions.query("", "");
  return all_rows(query, read_version);
}

Result<std::vector<Label>> Ledger::labels() {
  Statement::Query query = state_->labels.query();
  return all_rows(query, read_label);
}

Result<std::vector<Decision>> Ledger::history(const HistoryFilter& filter) {
  Statement::Query query =
      state_->history.query(filter.model, filter.label, static_cast<std::int64_t>(filter.limit));
  return all_rows(query, read_decision);
}

Result<std::vector<std::string>> Ledger::check() {
  std::vector<std::string> findings;
  Result<Statement> integrity = Statement::prepare(state_->database, "PRAGMA integrity_check");
  if (!integrity) return std::move(integrity).error();
  Statement::Query lines = integrity->query();
  while (lines.next())
    if (std::string line = lines.text(0); line != "ok") findings.push_back(std::move(line));
  if (Status ended = lines.status(); !ended) findings.push_back(ended.error().message);
  return findings;
}

}  // namespace slipway::lifecycle
