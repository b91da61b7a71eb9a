#include "base/give_way.hpp"

#include <sched.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>

using namespace slipway;

TEST_CASE("a thread that gives way runs when cores are idle, and so do those that it starts") {
  int itself = -1, of_its_child = -1;
  bool before = true, after = false;
  CHECK(run_on_thread([&] {
    before = gives_way();
    give_way();
    after = gives_way();
    itself = ::sched_getscheduler(0);
    run_on_thread([&] { of_its_child = ::sched_getscheduler(0); });
  }));
  CHECK_FALSE(before);
  CHECK(after);
  CHECK(itself == SCHED_IDLE);
  CHECK(of_its_child == SCHED_IDLE);
  CHECK_FALSE(gives_way());
  CHECK(::sched_getscheduler(0) == SCHED_OTHER);
}

TEST_CASE("a starter's threads are as the one that made it, whoever asks for them") {
  ThreadStarter starter;
  std::thread::id asked, first, second;
  int policy = -1;
  CHECK(run_on_thread([&] {
    give_way();
    asked = std::this_thread::get_id();
    starter.run([&] {
      first = std::this_thread::get_id();
      policy = ::sched_getscheduler(0);
    });
    starter.run([&] { second = std::this_thread::get_id(); });
  }));
  CHECK(policy == SCHED_OTHER);
  CHECK(first != std::thread::id());
  CHECK(first != asked);
  CHECK(second != asked);
}

TEST_CASE("a thread that waits for a core can tell for how long") {
  CHECK(CoreWait("/proc/no-such-thread").so_far() == 0);
  if (!std::ifstream("/proc/thread-self/schedstat")) return;
  // One that works, and one that gives way, on one core.
  cpu_set_t all, one;
  CHECK(::sched_getaffinity(0, sizeof all, &all) == 0);
  CPU_ZERO(&one);
  for (int core = 0; CPU_COUNT(&one) == 0; ++core)
    if (CPU_ISSET(core, &all)) CPU_SET(core, &one);
  std::atomic<bool> works{false}, done{false};
  std::thread worker([&] {
    ::sched_setaffinity(0, sizeof one, &one);
    works = true;
    while (!done) {
    }
  });
  while (!works) std::this_thread::yield();
  Nanoseconds waited = 0;
  run_on_thread([&] {
    ::sched_setaffinity(0, sizeof one, &one);
    give_way();
    const CoreWait wait("/proc/thread-self");
    for (const Nanoseconds before = wait.so_far(); waited < kMillisecond;) waited = wait.so_far() - before;
  });
  done = true;
  worker.join();
  CHECK(waited >= kMillisecond);
}
