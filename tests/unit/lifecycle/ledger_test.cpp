#include "lifecycle/ledger.hpp"

#include <sqlite3.h>

#include <iterator>

#include "power_cut_vfs.hpp"
#include "store_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

PublishedVersion version(const std::string& number, char digit = 'a') {
  PublishedVersion published;
  published.model = "churn";
  published.version = number;
  published.digest = std::string(64, digit);
  published.files = 3;
  published.bytes = std::uint64_t{1} << 40;
  published.published_by = "ada";
  return published;
}

Change publication(const std::string& number, char digit = 'a') {
  Change change;
  change.decision.by = "ada";
  change.decision.model = "churn";
  change.decision.to = number;
  change.version = version(number, digit);
  return change;
}

Ledger open(const std::filesystem::path& file) {
  Result<Ledger> ledger = Ledger::open(file);
  REQUIRE(refusal(ledger) == "");
  return std::move(*ledger);
}

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  char* message = nullptr;
  sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message);
  INFO((message == nullptr ? "" : message));
  CHECK(message == nullptr);
  sqlite3_close(database);
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

TEST_CASE("what was recorded is there when the ledger is opened again, to the last field") {
  const TemporaryDirectory home;
  model::TrafficPolicy policy;
  policy.share = 0.1;
  policy.sticky_header = "X-User";
  policy.max_errors = 0.02;
  policy.window = 60 * kSecond;
  policy.tolerance = {1e-9, 0.1};
  const Label stable{"churn", "stable", "1.0.0", std::nullopt}, canary{"churn", "canary", "1.0.0", policy};
  Decision asked;
  {
    Ledger ledger = open(home / "ledger.db");
    REQUIRE(ledger.record(publication("1.0.0")).ok());
    Change change;
    asked.by = "grace";
    asked.action = Action::canary;
    asked.model = "churn";
    asked.label = "canary";
    asked.from = "0.9.0";
    asked.to = "1.0.0";
    asked.why = "a try; with 'quotes'";
    asked.details = "12 golden cases";
    asked.allow_breaking = true;
    change.decision = asked;
    change.labels = {stable, canary};
    change.version = version("1.0.0");
    change.version->deprecation = model::Deprecation{"2027-06-01", "2.0.0", "2027-12-01"};
    const Result<Decision> recorded = ledger.record(change);
    REQUIRE(refusal(recorded) == "");
    asked = *recorded;
  }
  Ledger ledger = open(home / "ledger.db");
  CHECK(*ledger.labels() == std::vector<Label>{canary, stable});
  const auto versions = ledger.versions();
  REQUIRE(versions->size() == 1);
  const PublishedVersion& found = versions->front();
  CHECK(found.digest == std::string(64, 'a'));
  CHECK(found.files == 3);
  CHECK(found.bytes == std::uint64_t{1} << 40);
  CHECK(found.state == BundleState::stored);
  CHECK(found.published_by == "ada");
  CHECK(found.mentioned_at == asked.at);
  REQUIRE(found.deprecation.has_value());
  CHECK(found.deprecation->after == "2027-06-01");
  CHECK(found.deprecation->successor == "2.0.0");
  CHECK(found.deprecation->sunset == "2027-12-01");
  const auto history = ledger.history({});
  REQUIRE(history->size() == 2);
  const Decision& last = history->front();
  CHECK(last.id == 2);
  CHECK(last.at == asked.at);
  CHECK(last.by == asked.by);
  CHECK(last.action == asked.action);
  CHECK(last.model == asked.model);
  CHECK(last.label == asked.label);
  CHECK(last.from == asked.from);
  CHECK(last.to == asked.to);
  CHECK(last.why == asked.why);
  CHECK(last.details == asked.details);
  CHECK(last.outcome == Outcome::done);
  CHECK(last.allow_breaking);
  CHECK(history->back().action == Action::publish);
  CHECK(ledger.history({"churn", "canary", 10})->size() == 1);
  CHECK(ledger.history({"churn", "", 1})->size() == 1);
  CHECK(ledger.history({"other", "", 10})->empty());
}

TEST_CASE("a label moves, loses its policy and is taken away") {
  const TemporaryDirectory home;
  Ledger ledger = open(home / "ledger.db");
  REQUIRE(ledger.record(publication("1.0.0", 'a')).ok());
  REQUIRE(ledger.record(publication("1.1.0", 'b')).ok());
  Change change = release("churn", "canary", "1.0.0");
  change.labels.front().policy = model::TrafficPolicy{};
  REQUIRE(ledger.record(change).ok());
  REQUIRE(ledger.record(release("churn", "canary", "1.1.0")).ok());
  CHECK(*ledger.labels() == std::vector<Label>{{"churn", "canary", "1.1.0", std::nullopt}});
  Change promotion = release("churn", "stable", "1.1.0");
  promotion.withdrawn = {"canary", "never-there"};
  REQUIRE(ledger.record(promotion).ok());
  CHECK(*ledger.labels() == std::vector<Label>{{"churn", "stable", "1.1.0", std::nullopt}});
}

TEST_CASE("a change that is refused changes nothing, and is not in the history") {
  const TemporaryDirectory home;
  Ledger ledger = open(home / "ledger.db");
  REQUIRE(ledger.record(publication("1.0.0", 'a')).ok());
  const auto refused = [&](const Change& change) {
    const Result<Decision> recorded = ledger.record(change);
    CHECK_FALSE(recorded.ok());
    CHECK(ledger.versions()->size() == 1);
    CHECK(ledger.labels()->empty());
    CHECK(ledger.history({})->size() == 1);
    return recorded.ok() ? Code::internal : recorded.error().code;
  };
  SECTION("other bytes for a version") {
    CHECK(refused(publication("1.0.0", 'b')) == Code::already_exists);
  }
  SECTION("a label to a version that is not published") {
    CHECK(refused(release("churn", "stable", "2.0.0")) == Code::failed_precondition);
  }
  SECTION("a share that is none") {
    Change change = release("churn", "canary", "1.0.0");
    change.labels.front().policy = model::TrafficPolicy{};
    change.labels.front().policy->share = 1.5;
    change.labels.insert(change.labels.begin(), {"churn", "stable", "1.0.0", std::nullopt});
    CHECK(refused(change) == Code::failed_precondition);
  }
  SECTION("a failed attempt with changes") {
    Change change = release("churn", "stable", "1.0.0");
    change.decision.outcome = Outcome::failed;
    CHECK(refused(change) == Code::internal);
  }
}

TEST_CASE("a failed attempt is remembered, its text within bounds") {
  const TemporaryDirectory home;
  Ledger ledger = open(home / "ledger.db");
  Change change;
  change.decision.action = Action::release;
  change.decision.model = "churn";
  change.decision.to = "9.9.9";  // never published
  change.decision.outcome = Outcome::failed;
  change.decision.details = std::string((64 << 10) - 1, 'x') + "ü" + std::string(100, 'x');
  REQUIRE(refusal(ledger.record(change)) == "");
  const Decision last = ledger.history({})->front();
  CHECK(last.outcome == Outcome::failed);
  CHECK(last.details == std::string((64 << 10) - 1, 'x') + "...");
}

TEST_CASE("a ledger of the first form becomes one of this host's, and says since when versions are idle") {
  const TemporaryDirectory home;
  run_sql(home / "ledger.db", text_of(std::filesystem::path(SLIPWAY_LEDGERS) / "version-1.sql"));
  for (int times = 0; times < 2; ++times) {
    Ledger ledger = open(home / "ledger.db");
    const auto versions = ledger.versions();
    REQUIRE(versions->size() == 3);
    CHECK((*versions)[0].mentioned_at == 2500);
    CHECK((*versions)[1].mentioned_at == 2500);
    CHECK((*versions)[2].mentioned_at == 3000);
    CHECK((*versions)[2].state == BundleState::collected);
    CHECK_FALSE((*versions)[0].deprecation.has_value());
    CHECK(*ledger.labels() == std::vector<Label>{{"churn", "stable", "1.1.0", std::nullopt}});
    CHECK(ledger.history({})->size() == 4);
    CHECK(ledger.history({})->front().allow_breaking);
    CHECK(ledger.check()->empty());
  }
  Ledger ledger = open(home / "ledger.db");
  Change canary = release("churn", "canary", "1.0.0");
  canary.labels.front().policy = model::TrafficPolicy{};
  CHECK(refusal(ledger.record(canary)) == "");
}

TEST_CASE("a ledger of the second form keeps what it says of deprecations, and takes a sunset") {
  const TemporaryDirectory home;
  run_sql(home / "ledger.db", text_of(std::filesystem::path(SLIPWAY_LEDGERS) / "version-2.sql"));
  Ledger ledger = open(home / "ledger.db");
  const auto versions = ledger.versions();
  REQUIRE(versions->size() == 2);
  CHECK((*versions)[0].deprecation == model::Deprecation{"2027-06-01", "1.1.0", ""});
  CHECK_FALSE((*versions)[1].deprecation.has_value());
  CHECK((*versions)[1].mentioned_at == 2500);
  const auto labels = ledger.labels();
  REQUIRE(labels->size() == 2);
  REQUIRE(labels->front().policy.has_value());
  CHECK(labels->front().policy->tolerance == model::Tolerance{0.5, 0.25});
  Change change;
  change.decision.action = Action::deprecate;
  change.decision.model = "churn";
  change.decision.to = "1.0.0";
  change.version = versions->front();
  change.version->deprecation->sunset = "2028-01-01";
  REQUIRE(refusal(ledger.record(change)) == "");
  CHECK((*ledger.version("churn", "1.0.0"))->deprecation ==
        model::Deprecation{"2027-06-01", "1.1.0", "2028-01-01"});
  CHECK(ledger.check()->empty());
}

TEST_CASE("a ledger of a newer host and a file that is none are left alone") {
  const TemporaryDirectory home;
  open(home / "ledger.db");
  run_sql(home / "ledger.db", "PRAGMA user_version = 99");
  CHECK_THAT(refusal(Ledger::open(home / "ledger.db")),
             Contains("was written by a newer Slipway") && Contains("99"));
  run_sql(home / "other.db", "CREATE TABLE songs (name TEXT)");
  CHECK_THAT(refusal(Ledger::open(home / "other.db")), Contains("not a ledger"));
}

TEST_CASE("each failure of the disk says what to do") {
  const TemporaryDirectory home;
  SECTION("another process has it open") {
    const Ledger first = open(home / "ledger.db");
    CHECK_THAT(refusal(Ledger::open(home / "ledger.db")), Contains("another program has it open"));
  }
  SECTION("it is damaged") {
    home.write("ledger.db", std::string(8192, 'x'));
    CHECK_THAT(refusal(Ledger::open(home / "ledger.db")), Contains("damaged: restore it from a backup"));
  }
  SECTION("its folder is missing") {
    CHECK_THAT(refusal(Ledger::open(home / "nowhere/ledger.db")),
               Contains("nowhere/ledger.db") && Contains("cannot be opened"));
  }
  SECTION("it cannot be written") {
    PowerCutDisk disk;
    PowerCutVfs vfs(disk);
    Ledger ledger = open("/ledger.db");
    REQUIRE(ledger.record(publication("1.0.0")).ok());
    const auto failing = [&](int code) {
      vfs.fail_writes(code);
      const Result<Decision> recorded = ledger.record(release("churn", "stable", "1.0.0"));
      vfs.fail_writes(SQLITE_OK);
      return refusal(recorded);
    };
    CHECK_THAT(failing(SQLITE_FULL), Contains("the disk is full: make room"));
    CHECK_THAT(failing(SQLITE_READONLY), Contains("cannot be written: see to its owner"));
    CHECK_THAT(failing(SQLITE_IOERR_WRITE), Contains("the disk does not work"));
    CHECK(ledger.labels()->empty());
    CHECK(refusal(ledger.record(release("churn", "stable", "1.0.0"))) == "");
    CHECK(ledger.history({})->size() == 2);
  }
}
