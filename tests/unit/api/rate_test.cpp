#include "api/rate.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace slipway;
using namespace slipway::api;

TEST_CASE("a burst goes through, and then one for each interval") {
  Rate rate;
  const Nanoseconds now = 1000 * kSecond;
  for (int i = 0; i < 3; ++i) CHECK(rate.take(now, kSecond, 3 * kSecond) == 0);
  CHECK(rate.take(now, kSecond, 3 * kSecond) == kSecond);
  CHECK(rate.take(now + kSecond / 4, kSecond, 3 * kSecond) == kSecond * 3 / 4);
  CHECK(rate.take(now + kSecond, kSecond, 3 * kSecond) == 0);
  CHECK(rate.take(now + kSecond, kSecond, 3 * kSecond) == kSecond);
  // Whoever was away for long has one burst, not more.
  for (int i = 0; i < 3; ++i) CHECK(rate.take(now + 900 * kSecond, kSecond, 3 * kSecond) == 0);
  CHECK(rate.take(now + 900 * kSecond, kSecond, 3 * kSecond) > 0);
}

TEST_CASE("threads share a burst and take no more than it") {
  Rate rate;
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) taken += rate.take(kSecond, kSecond, 500 * kSecond) == 0;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(taken == 500);
}
