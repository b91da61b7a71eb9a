#include "serving/shadow_runner.hpp"

#include <catch2/catch.hpp>

#include <thread>

#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::serving;

namespace {

constexpr auto kForever = std::chrono::steady_clock::time_point::max();

// A shadow that doubles, and the version beside it.
struct Subject {
  explicit Subject(const std::string& manifest = "name: tested\nversion: 1.0.0\n")
      : bundle("good_c", manifest) {
    model::TrafficPolicy policy;
    policy.share = 1;
    shadow = std::make_shared<model::Shadow>(std::make_shared<ServedVersion>(load()), "tested", policy);
    served = load();
  }

  std::unique_ptr<model::ModelVersion> load() {
    Result<std::unique_ptr<model::ModelVersion>> version = bundle.load();
    if (!version) FAIL(version.error().message);
    return std::move(*version);
  }
  // As a thread that serves does it. False: dropped.
  bool request(ShadowRunner& runner, std::string_view body, std::string_view answer) {
    std::shared_ptr<ShadowTask> task = runner.copy(shadow, body, "request");
    if (task != nullptr) task = runner.with_answer(std::move(task), *served, answer, kMillisecond);
    if (task == nullptr) return false;
    runner.offer(std::move(task));
    return true;
  }
  // As soon as so many copies have been dealt with.
  model::ShadowFindings::Report report(std::uint64_t copies) {
    for (;;) {
      model::ShadowFindings::Report report = shadow->findings.report();
      if (report.compared() + report.dropped >= copies) return report;
      std::this_thread::yield();
    }
  }
  ServedVersion& version() { return ServedVersion::of(*shadow->slot); }

  TemporaryBundle bundle;
  std::shared_ptr<model::Shadow> shadow;
  std::unique_ptr<model::ModelVersion> served;
};

}  // namespace

TEST_CASE("copies are compared with what callers got") {
  Subject s;
  Pool pool(2);
  ShadowRunner runner(pool, {});
  CHECK(s.request(runner, R"({"value":1})", R"({"value":2.0})"));
  CHECK(s.request(runner, R"({"value":1})", R"({"value":3.0})"));
  CHECK(s.request(runner, R"({"value":"x"})", R"({"value":2.0})"));
  const model::ShadowFindings::Report report = s.report(3);
  CHECK(report.equal == 1);
  CHECK(report.different == 1);
  CHECK(report.failed[static_cast<std::size_t>(model::Outcome::invalid_request)] == 1);
  CHECK(report.dropped == 0);
  CHECK(report.served_time == 2 * kMillisecond);
  CHECK(report.samples.size() == 2);
  CHECK(s.version().total(0) == 0);  // no caller's
  CHECK(runner.stop(kForever));      // the last copy's lease ends after it has been counted
  CHECK(s.shadow->slot->leases().held() == 0);
}

TEST_CASE("whatever many threads offer is dealt with once") {
  Subject s;
  Pool pool(2);
  ShadowRunner runner(pool, {});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) s.request(runner, R"({"value":1})", R"({"value":2.0})");
    });
  for (std::thread& thread : threads) thread.join();
  const model::ShadowFindings::Report report = s.report(2000);
  CHECK(report.equal + report.dropped == 2000);
  CHECK(report.equal > 0);
  CHECK(runner.stop(kForever));
}

TEST_CASE("who asks for the version itself goes first, and is woken") {
  Subject s("name: tested\nversion: 1.0.0\nlimits: {concurrency: 1}\n");
  Pool pool(2);
  ShadowRunner runner(pool, {});
  REQUIRE(s.version().admission().try_enter());
  CHECK(s.request(runner, R"({"value":1})", R"({"value":2.0})"));
  CHECK(s.report(1).dropped == 1);
  CHECK_FALSE(s.version().admission().leave());
  CHECK(s.request(runner, R"({"value":1})", R"({"value":2.0})"));
  CHECK(s.report(2).equal == 1);
  CHECK(runner.stop(kForever));
}

TEST_CASE("what has no room is dropped, what was not answered does not count") {
  Subject s;
  Pool pool(2);
  ShadowRunner runner(pool, {});
  std::vector<std::shared_ptr<ShadowTask>> held;
  for (std::uint32_t i = 0; i < ShadowQueue::kMostCopies; ++i) {
    held.push_back(runner.copy(s.shadow, "{}", "request"));
    REQUIRE(held.back() != nullptr);
  }
  CHECK(runner.copy(s.shadow, "{}", "request") == nullptr);
  CHECK(s.shadow->findings.counts().dropped == 1);
  held.clear();
  CHECK(s.shadow->findings.counts().dropped == 1);

  const std::string large(ShadowQueue::kMostBytes - 1, ' ');
  held.push_back(runner.copy(s.shadow, large, "request"));
  REQUIRE(held.back() != nullptr);
  CHECK(runner.copy(s.shadow, "{}", "request") == nullptr);
  CHECK(runner.with_answer(std::move(held.back()), *s.served, "{}", 1) == nullptr);
  CHECK(s.shadow->findings.counts().dropped == 3);
  CHECK(s.request(runner, R"({"value":1})", R"({"value":2.0})"));
  CHECK(s.report(4).equal == 1);
  CHECK(runner.stop(kForever));
}

TEST_CASE("what waits is dropped when the shadow ends, its version goes, or the host stops") {
  Subject s;
  Pool pool(2);
  ShadowRunner runner(pool, {});
  SECTION("the shadow ends") {
    s.shadow->ended = true;
  }
  SECTION("its version goes") {
    static const Bell bell = std::move(*Bell::create());
    s.shadow->slot->leases().close(bell);
  }
  CHECK(s.request(runner, R"({"value":1})", R"({"value":2.0})"));
  SECTION("the host stops") {}
  CHECK(runner.stop(kForever));
  const model::ShadowFindings::Report report = s.shadow->findings.report();
  CHECK(report.equal + report.dropped == 1);
  if (s.shadow->ended || s.shadow->slot->leases().drained()) CHECK(report.dropped == 1);
}
