#include "model/lease.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using slipway::model::LeaseCount;

TEST_CASE("a closed count gives no more leases and drains with the last one") {
  LeaseCount leases;
  REQUIRE(leases.acquire());
  CHECK(leases.held() == 1);
  leases.close();
  CHECK_FALSE(leases.acquire());
  CHECK_FALSE(leases.drained());
  leases.release();
  CHECK(leases.drained());
  leases.wait_until_drained();
}

TEST_CASE("closing while many threads come and go lets every holder out before it drains") {
  for (int round = 0; round < 50; ++round) {
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
    leases.close();
    leases.wait_until_drained();
    alive.store(false, std::memory_order_relaxed);
    for (std::thread& thread : threads) thread.join();
    CHECK(used_after_end.load() == 0);
    CHECK(leases.drained());
  }
}
