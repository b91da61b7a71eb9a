#include "serving/pool.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
#include <latch>
#include <string>

using namespace slipway::serving;

namespace {

class FunctionTask : public Task {
 public:
  explicit FunctionTask(std::function<void()> work) : work_(std::move(work)) {}
  void run() noexcept override { work_(); }
  bool wanted() const noexcept override { return true; }

 private:
  std::function<void()> work_;
};

bool submit(Pool& pool, const std::shared_ptr<Admission>& admission, std::function<void()> work) {
  if (!admission->enqueue(std::make_shared<FunctionTask>(std::move(work)))) return false;
  pool.wake(admission, *admission);
  return true;
}

constexpr auto kForever = std::chrono::steady_clock::time_point::max();

}  // namespace

TEST_CASE("everything that was queued is run, never more at once than there are places") {
  Pool pool(8);
  const auto admission = std::make_shared<Admission>(3, 10'000);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::latch done(1000);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(submit(pool, admission, [&] {
      const int now = ++running;
      int seen = most.load();
      while (seen < now && !most.compare_exchange_weak(seen, now)) {
      }
      --running;
      done.count_down();
    }));
  }
  done.wait();
  CHECK(most.load() <= 3);
  CHECK(pool.stop(kForever));
}

TEST_CASE("a model whose calls hang leaves the others their threads") {
  Pool pool(8);
  const auto hanging = std::make_shared<Admission>(4, 100);
  const auto healthy = std::make_shared<Admission>(2, 100);
  std::latch release(1);
  std::latch all_hang(4);
  for (int i = 0; i < 20; ++i)
    REQUIRE(submit(pool, hanging, [&all_hang, &release, i] {
      if (i < 4) all_hang.count_down();
      release.wait();
    }));
  all_hang.wait();
  std::latch answered(50);
  for (int i = 0; i < 50; ++i) REQUIRE(submit(pool, healthy, [&] { answered.count_down(); }));
  answered.wait();
  CHECK(hanging->running() == 4);
  release.count_down();
  CHECK(pool.stop(kForever));
  CHECK(hanging->waiting() == 0);
}

TEST_CASE("however many calls of models hang there are threads for one more") {
  Pool pool(8);
  const auto first = std::make_shared<Admission>(100, 100);
  const auto second = std::make_shared<Admission>(100, 100);
  const auto healthy = std::make_shared<Admission>(2, 100);
  std::latch release(1);
  std::latch first_hangs(4);   // half of the threads
  std::latch second_hangs(2);  // of those that are left
  std::atomic<int> running{0};
  const auto hang = [&](std::latch& hangs) {
    if (++running <= 6) hangs.count_down();
    release.wait();
  };
  for (int i = 0; i < 20; ++i) REQUIRE(submit(pool, first, [&] { hang(first_hangs); }));
  first_hangs.wait();
  for (int i = 0; i < 20; ++i) REQUIRE(submit(pool, second, [&] { hang(second_hangs); }));
  second_hangs.wait();
  std::latch answered(50);
  for (int i = 0; i < 50; ++i) REQUIRE(submit(pool, healthy, [&] { answered.count_down(); }));
  answered.wait();
  CHECK(running.load() == 6);
  release.count_down();
  CHECK(pool.stop(kForever));
  CHECK(running.load() == 40);
}

TEST_CASE("models take turns however much waits at one of them") {
  Pool pool(1);
  const auto crowded = std::make_shared<Admission>(1, 100);
  const auto quiet = std::make_shared<Admission>(1, 100);
  std::latch begun(1);
  std::latch release(1);
  std::string order;  // one thread writes
  REQUIRE(submit(pool, crowded, [&] {
    begun.count_down();
    release.wait();
  }));
  begun.wait();
  for (int i = 0; i < 5; ++i) REQUIRE(submit(pool, crowded, [&] { order += 'c'; }));
  REQUIRE(submit(pool, quiet, [&] { order += 'q'; }));
  release.count_down();
  CHECK(pool.stop(kForever));
  CHECK(order.substr(0, 2).find('q') != std::string::npos);
  CHECK(order.size() == 6);
}

TEST_CASE("stopping reports work that does not end") {
  auto pool = std::make_unique<Pool>(2);
  const auto admission = std::make_shared<Admission>(1, 10);
  std::latch started(1);
  static std::latch release(1);
  static std::latch ended(1);
  REQUIRE(submit(*pool, admission, [&] {
    started.count_down();
    release.wait();
    ended.count_down();
  }));
  started.wait();
  CHECK_FALSE(pool->stop(std::chrono::steady_clock::now() + std::chrono::milliseconds(1)));
  release.count_down();
  ended.wait();
  // The detached thread still looks at the pool: as in the host, the pool is not destroyed then.
  static Pool* const kept = pool.release();
  (void)kept;
}

TEST_CASE("idle threads end and come back when they are needed") {
  Pool pool(4, std::chrono::milliseconds(1));
  const auto admission = std::make_shared<Admission>(4, 100);
  for (int round = 0; round < 20; ++round) {
    std::latch done(8);
    for (int i = 0; i < 8; ++i) REQUIRE(submit(pool, admission, [&] { done.count_down(); }));
    done.wait();
    CHECK(pool.threads() <= 4);
  }
  CHECK(pool.stop(kForever));
}
