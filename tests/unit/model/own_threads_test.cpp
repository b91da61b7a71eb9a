#include "model/own_threads.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <barrier>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::model;

TEST_CASE("work runs on other threads, no more of them than allowed, and is done when run returns") {
  OwnThreads threads(2);
  std::mutex mutex;
  std::set<std::thread::id> seen;
  std::atomic<int> done{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        bool ran = false;
        const bool accepted = threads.run([&] {
          const std::lock_guard lock(mutex);
          seen.insert(std::this_thread::get_id());
          ran = true;
        });
        if (accepted && ran) done.fetch_add(1);  // Catch's own assertions are for one thread
      }
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(done.load() == 400);
  CHECK(seen.size() <= 2);
  CHECK(seen.count(std::this_thread::get_id()) == 0);
}

TEST_CASE("two calls run at once when two threads are allowed") {
  OwnThreads threads(2);
  std::barrier both(2);  // passed only if the two are at work at the same time
  std::thread other([&] { threads.run([&] { both.arrive_and_wait(); }); });
  threads.run([&] { both.arrive_and_wait(); });
  other.join();
}

TEST_CASE("a plugin with thread_local destructors leaves memory, whichever thread called it") {
  const TemporaryBundle bundle("tls_destructor");
  Result<std::unique_ptr<ModelVersion>> version = bundle.load();
  REQUIRE(version);
  REQUIRE((*version)->predictor().hands_over());
  CHECK(bundle.ask(**version, R"({"value":21})") == R"({"value":42.0})");
  CHECK((*version)->unload().unmapped);
}
