#include "model/lease.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <thread>
#include <vector>

using slipway::Bell;
using slipway::model::LeaseCount;

namespace {

Bell make_bell() {
  slipway::Result<Bell> bell = Bell::create();
  REQUIRE(bell);
  return std::move(*bell);
}

// Until the last lease has ended: rings that come before that are the work of other counts.
void wait_until_drained(const LeaseCount& leases, const Bell& bell) {
  while (!leases.drained()) bell.wait_until(slipway::monotonic_now() + slipway::kSecond);
}

}  // namespace

TEST_CASE("a closed count gives no more leases and drains with the last one") {
  const Bell bell = make_bell();
  LeaseCount leases;
  REQUIRE(leases.acquire());
  CHECK(leases.held() == 1);
  leases.close(bell);
  CHECK_FALSE(leases.acquire());
  CHECK_FALSE(leases.drained());
  bell.clear();
  leases.release();
  CHECK(leases.drained());
  bell.wait_until(std::numeric_limits<slipway::Nanoseconds>::max());  // the last one out has rung
}

TEST_CASE("closing while many threads come and go lets every holder out before it drains") {
  for (int round = 0; round < 50; ++round) {
    const Bell bell = make_bell();
    LeaseCount leases;
    std::atomic<bool> alive{true};
    std::atomic<int> used_after_end{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        while (leases.acquire()) {
          if (!alive.load(std::memory_order_relaxed)) used_after_end.fetch_add(1);
          leases.release();
        }
      });
    leases.close(bell);
    wait_until_drained(leases, bell);
    alive.store(false, std::memory_order_relaxed);
    for (std::thread& thread : threads) thread.join();
    CHECK(used_after_end.load() == 0);
    CHECK(leases.drained());
  }
}
