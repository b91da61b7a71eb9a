#include "lifecycle/reaper.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "temporary_bundle.hpp"
#include "version_of.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using model::State;

namespace {

constexpr Nanoseconds kGuard = 60 * kSecond;  // only against hanging

// A reaper, and versions in service that it can take out.
struct Subject {
  explicit Subject(Nanoseconds drain_time = kGuard) : reaper(start(catalog, drain_time)) {}

  static std::unique_ptr<Reaper> start(Catalog& catalog, Nanoseconds drain_time) {
    Result<std::unique_ptr<Reaper>> started = Reaper::start(catalog, drain_time);
    REQUIRE(started);
    return std::move(*started);
  }

  VersionId serve(const TemporaryBundle& bundle) {
    Result<std::unique_ptr<model::ModelVersion>> version = bundle.load();
    if (!version) FAIL(version.error().message);
    const VersionId id = catalog.enter("tested", version_of("1.0.0"), "");
    for (const State state : {State::verified, State::loaded, State::warmed, State::gated})
      catalog.move(id, state);
    catalog.install(id, std::make_shared<model::Slot>(std::move(*version)));
    catalog.point("stable", id);
    return id;
  }
  std::string state() const {
    const std::shared_ptr<const model::RoutingTable> table = tables.current();
    const model::Route* const route = table->find("tested");
    if (route == nullptr) return "gone";
    return std::string(model::to_text(route->versions.front().state));
  }

  model::RoutingTableOwner tables;
  Catalog catalog{tables};
  std::unique_ptr<Reaper> reaper;
};

}  // namespace

TEST_CASE("what nobody calls is destroyed at once") {
  const TemporaryBundle bundle("good_c");
  Subject s;
  s.reaper->retire(s.serve(bundle), false);
  REQUIRE(s.reaper->stop(monotonic_now() + kGuard));
  CHECK(s.state() == "unloaded");
  CHECK(s.reaper->counters().draining == 0);
  CHECK(s.reaper->counters().pinned == 0);
}

TEST_CASE("a version lives until its last lease has ended, and is then forgotten if that is wished") {
  const TemporaryBundle bundle("good_c");
  Subject s;
  const VersionId id = s.serve(bundle);
  model::Lease lease = model::Lease::of(s.catalog.slot(id));
  REQUIRE(lease);
  const std::shared_ptr<model::Slot> slot = s.catalog.slot(id);
  s.reaper->retire(id, true);
  CHECK_FALSE(model::Lease::of(slot));
  CHECK(s.state() == "draining");
  CHECK(lease.slot().version().name() == "tested");  // still whole
  lease.release();
  REQUIRE(s.reaper->stop(monotonic_now() + kGuard));
  CHECK(s.state() == "gone");
}

TEST_CASE("a version that is forgotten while it leaves memory is gone") {
  const TemporaryBundle bundle("good_c");
  Subject s;
  for (int round = 0; round < 50; ++round) {
    const VersionId id = s.serve(bundle);
    std::thread sleep([&] { s.reaper->put_to_sleep(id); });
    s.reaper->retire(id, true);
    sleep.join();
    while (s.state() != "gone") std::this_thread::yield();
  }
}

TEST_CASE("past its time a version is reported, never forced, and goes when it can") {
  const TemporaryBundle bundle("good_c");
  Subject s(0);
  const VersionId id = s.serve(bundle);
  model::Lease lease = model::Lease::of(s.catalog.slot(id));
  s.reaper->retire(id, false);
  // The reaper looks at its deadlines by itself: wait until it has.
  while (s.reaper->counters().overdue.load() == 0) std::this_thread::yield();
  CHECK(s.state() == "draining");
  CHECK(lease.slot().version().name() == "tested");
  lease.release();
  REQUIRE(s.reaper->stop(monotonic_now() + kGuard));
  CHECK(s.state() == "unloaded");
  CHECK(s.reaper->counters().overdue == 0);
}

TEST_CASE("a reaper that is stopped while a lease is held says so") {
  const TemporaryBundle bundle("good_c");
  Subject s;
  const VersionId id = s.serve(bundle);
  model::Lease lease = model::Lease::of(s.catalog.slot(id));
  s.reaper->retire(id, false);
  CHECK_FALSE(s.reaper->stop(monotonic_now()));
}

TEST_CASE("a library that stays in memory is counted and explained, and the version stays listed") {
  const TemporaryBundle bundle("keeps_itself", "name: tested\nversion: 1.0.0\n");
  Subject s;
  const VersionId id = s.serve(bundle);
  {
    const model::Lease lease = model::Lease::of(s.catalog.slot(id));
    CHECK(bundle.ask(lease.slot().version(), R"({"value":1})") == R"({"value":2.0})");
  }
  s.reaper->retire(id, true);
  REQUIRE(s.reaper->stop(monotonic_now() + kGuard));
  CHECK(s.state() == "unloaded");
  CHECK(s.reaper->counters().pinned == 1);
  CHECK(s.reaper->counters().pinned_bytes > 0);
  CHECK_THAT(s.tables.current()->find("tested")->versions.front().why,
             Catch::Contains("stays in memory") && Catch::Contains("keeps a handle to it"));
}
