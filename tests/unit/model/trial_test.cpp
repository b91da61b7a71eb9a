#include "model/trial.hpp"

#include <poll.h>
#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using namespace slipway;
using model::Trial;

namespace {

struct Subject {
  explicit Subject(std::optional<double> max_errors, std::optional<Nanoseconds> max_latency = {},
                   Nanoseconds window = 10 * kSecond)
      : trial({.share = 1,
               .sticky_header = "",
               .max_errors = max_errors,
               .max_latency = max_latency,
               .window = window,
               .tolerance = {}},
              bell) {}

  void answer(int count, bool failed, Nanoseconds latency = 1) {
    for (int i = 0; i < count; ++i) trial.observe(failed, latency);
  }
  bool rang() const {
    pollfd event{bell->descriptor(), POLLIN, 0};
    return ::poll(&event, 1, 0) == 1;
  }

  std::shared_ptr<const Bell> bell = std::make_shared<const Bell>(std::move(*Bell::create()));
  Trial trial;
};

}  // namespace

TEST_CASE("nothing is said of fewer than twenty answers") {
  Subject s(0.05);
  s.answer(19, true);
  CHECK_FALSE(s.trial.has_failed());
  CHECK(s.trial.why_failed() == "");
  s.answer(1, true);
  CHECK(s.trial.has_failed());
  CHECK(s.trial.why_failed() == "20 of 20 answers failed, more than 5%");
}

TEST_CASE("failures up to the bound are borne, one more is not") {
  Subject s(0.1);
  s.answer(90, false);
  s.answer(10, true);
  CHECK_FALSE(s.trial.has_failed());
  CHECK_FALSE(s.rang());
  s.answer(1, true);  // 11 of 101
  CHECK(s.trial.has_failed());
  CHECK(s.rang());
  CHECK(s.trial.why_failed() == "11 of 101 answers failed, more than 10%");
}

TEST_CASE("a good answer fails no trial") {
  Subject s(0.5);
  s.answer(19, true);
  s.answer(1, false);
  CHECK_FALSE(s.trial.has_failed());
}

TEST_CASE("without a bound nothing fails") {
  Subject s(std::nullopt);
  s.answer(1'000, true, kSecond);
  CHECK_FALSE(s.trial.has_failed());
  CHECK(s.trial.counts().failed == 1'000);
}

TEST_CASE("a p99 is one answer in a hundred, and at least three") {
  Subject s({}, 10 * kMillisecond);
  s.answer(30, false);
  s.answer(2, false, 11 * kMillisecond);
  CHECK_FALSE(s.trial.has_failed());
  s.answer(268, false, 10 * kMillisecond);
  s.answer(1, false, kSecond);  // 3 of 301: not one in a hundred
  CHECK_FALSE(s.trial.has_failed());
  s.answer(1, false, kSecond);  // 4 of 302
  CHECK(s.trial.why_failed() == "4 of 302 answers took longer than 10ms, more than 1%");
}

TEST_CASE("what lies behind the window does not count") {
  Subject s(0.5, {}, 2 * kSecond);
  const Nanoseconds begin = monotonic_now();
  s.answer(30, false);
  s.trial.move_on(begin + kSecond + kMillisecond);
  s.answer(10, true);
  CHECK(s.trial.counts().answers == 40);
  CHECK_FALSE(s.trial.has_failed());
  s.trial.move_on(begin + kSecond + 2 * kMillisecond);  // nothing yet: a half window takes a second
  CHECK(s.trial.counts().answers == 40);
  s.trial.move_on(begin + 3 * kSecond);
  CHECK(s.trial.counts().answers == 10);
  s.answer(10, true);
  CHECK(s.trial.why_failed() == "20 of 20 answers failed, more than 50%");
}

TEST_CASE("a half window is cut when it has counted enough") {
  Subject s({}, {}, 1000 * kSecond);
  s.answer(static_cast<int>(Trial::kMostCounted), true);
  s.trial.move_on(monotonic_now());
  s.answer(1, false);
  CHECK(s.trial.counts().answers == Trial::kMostCounted + 1);
  s.answer(static_cast<int>(Trial::kMostCounted), false);
  s.trial.move_on(monotonic_now());
  CHECK(s.trial.counts().answers == Trial::kMostCounted + 1);
  CHECK(s.trial.counts().failed == 0);
}

TEST_CASE("many threads count for one trial, and it fails once") {
  Subject s(0.5);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&, i] { s.answer(5'000, i < 2); });
  for (int i = 0; i < 100; ++i) s.trial.move_on(monotonic_now());
  for (std::thread& each : threads) each.join();
  CHECK(s.trial.counts().answers == 20'000);
  CHECK(s.trial.counts().failed == 10'000);
  const bool failed = s.trial.has_failed();  // depends on who came first
  CHECK(s.rang() == failed);
}
