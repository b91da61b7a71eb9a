#include "model/share.hpp"

#include <catch2/catch.hpp>

#include "base/random.hpp"

using slipway::Random;
using slipway::model::Share;

namespace {

// How many of 100,000 callers, named by numbers, are in it.
int callers_in(const Share& share) {
  int count = 0;
  for (int i = 0; i < 100'000; ++i) count += share.includes("user-" + std::to_string(i)) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("nothing of a traffic, and all of it") {
  Random random(1);
  const Share none(0, "m", "x-user"), all(1, "m", "x-user");
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t drawn = random.next();
    CHECK_FALSE(none.includes(drawn));
    CHECK(all.includes(drawn));
  }
  CHECK_FALSE(none.includes(std::uint64_t{0}));
  CHECK(all.includes(~std::uint64_t{0}));
  CHECK(callers_in(none) == 0);
  CHECK(callers_in(all) == 100'000);
}

TEST_CASE("a share is as large as it says, of draws and of callers whose names differ little") {
  // The bounds are seven standard deviations away.
  for (const double part : {0.01, 0.1, 0.5}) {
    const Share share(part, "m", "x-user");
    const double expected = part * 100'000, tolerance = 7 * std::sqrt(expected * (1 - part));
    CHECK(callers_in(share) == Approx(expected).margin(tolerance));
    Random random(2);
    int drawn = 0;
    for (int i = 0; i < 100'000; ++i) drawn += share.includes(random.next()) ? 1 : 0;
    CHECK(drawn == Approx(expected).margin(tolerance));
  }
}

TEST_CASE("who is in a share stays in it while it grows") {
  const Share small(0.1, "m", "x-user"), large(0.4, "m", "x-user");
  for (int i = 0; i < 10'000; ++i) {
    const std::string caller = std::to_string(i);
    if (small.includes(caller)) CHECK(large.includes(caller));
  }
}

TEST_CASE("every model's share has other callers") {
  const Share one(0.5, "a", "x-user"), other(0.5, "b", "x-user");
  int both = 0;
  for (int i = 0; i < 10'000; ++i)
    both += one.includes(std::to_string(i)) && other.includes(std::to_string(i)) ? 1 : 0;
  CHECK(both == Approx(2'500).margin(7 * std::sqrt(2'500 * 0.75)));
}

TEST_CASE("a caller's place is the same in every build and on every machine") {
  // Found once; another outcome would move the callers of a running canary when a host is upgraded.
  const Share share(0.5, "identity-match", "x-user");
  std::string in;
  for (int i = 0; i < 32; ++i) in += share.includes("user-" + std::to_string(i)) ? '1' : '0';
  CHECK(in == "10000100111100000011000110101011");
}
