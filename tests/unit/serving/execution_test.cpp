#include "serving/execution.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::serving;

namespace {

void measure(ExecutionChoice& choice, Nanoseconds duration, std::uint32_t times = ExecutionChoice::kSamples) {
  for (std::uint32_t i = 0; i < times; ++i) choice.observe(duration, choice.runs_inline());
}

}  // namespace

TEST_CASE("what the manifest says goes") {
  ExecutionChoice always(model::Execution::inline_always);
  CHECK(always.runs_inline());
  measure(always, kSecond);
  CHECK(always.runs_inline());
  CHECK(always.long_calls() == ExecutionChoice::kSamples);
  ExecutionChoice never(model::Execution::pool);
  measure(never, 1);
  CHECK_FALSE(never.runs_inline());
}

TEST_CASE("auto starts on the pool and moves inline when the p99 is short") {
  ExecutionChoice quick(model::Execution::automatic);
  CHECK_FALSE(quick.runs_inline());
  quick.observe(kSecond, false);  // one in a hundred may be long
  measure(quick, 10 * kMicrosecond, ExecutionChoice::kSamples - 1);
  CHECK(quick.runs_inline());
  ExecutionChoice slow(model::Execution::automatic);
  slow.observe(kSecond, false);
  slow.observe(kSecond, false);
  measure(slow, 10 * kMicrosecond, ExecutionChoice::kSamples - 2);
  CHECK_FALSE(slow.runs_inline());
}

TEST_CASE("several long inline calls among few demote, single ones among many do not") {
  ExecutionChoice choice(model::Execution::automatic);
  measure(choice, kMicrosecond);
  REQUIRE(choice.runs_inline());
  for (int i = 0; i < 10; ++i) {
    choice.observe(2 * kMillisecond, true);
    measure(choice, kMicrosecond, ExecutionChoice::kForgiveAfter + 1);
  }
  CHECK(choice.runs_inline());
  CHECK_FALSE(choice.demoted());
  for (std::uint32_t i = 0; i < ExecutionChoice::kStrikes; ++i) choice.observe(2 * kMillisecond, true);
  CHECK_FALSE(choice.runs_inline());
  CHECK(choice.demoted());
}
