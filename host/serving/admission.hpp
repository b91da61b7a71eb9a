// Who may start now, who waits, and who is turned away: for each version a bound on predictions at once and
// on requests that wait, so that a slow model fills its own queue and nobody else's.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <vector>

#include "base/clock.hpp"

namespace slipway::serving {

// A prediction that waits, or runs on the pool.
class Task {
 public:
  virtual ~Task() = default;
  // Does the work. On a pool thread, with a place held.  [predict]
  virtual void run() noexcept = 0;
  // False once nobody waits for the answer: the task is dropped, not started.  [any]
  virtual bool wanted() const noexcept = 0;
  // Of one that may be worked on together with others: when it waits no longer for more of them.  [any]
  virtual Nanoseconds start_by() const noexcept { return 0; }
};

// Thread-safe.
class Admission {
 public:
  Admission(std::uint32_t concurrency, std::uint32_t queue)
      : concurrency_(concurrency), queue_limit_(queue) {}

  // A place to run in at once, if one is free and nobody waits for it.
  bool try_enter() {
    if (waiting_.load(std::memory_order_seq_cst) != 0 || !take_place()) return false;
    admitted_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  // Gives a place back. True: somebody waits, and Pool::wake must be called.
  [[nodiscard]] bool leave() {
    admitted_.fetch_sub(1, std::memory_order_relaxed);
    running_.fetch_sub(1, std::memory_order_seq_cst);
    return waiting_.load(std::memory_order_seq_cst) != 0;
  }

  // Joins the queue; Pool::wake must be called then if needs_turn(). False: as many are admitted as there are
  // places and room to wait.
  bool enqueue(std::shared_ptr<Task> task);
  // Not if every place is taken, since whoever leaves one looks who waits; nor if a batch takes what comes.
  bool needs_turn() const {
    return wanted_.load(std::memory_order_seq_cst) == 0 &&
           running_.load(std::memory_order_seq_cst) < concurrency_;
  }

  // The next task that is still wanted, together with a place to run it in; null when there is none or no
  // place is free.
  std::shared_ptr<Task> next();

  std::uint32_t running() const { return running_.load(std::memory_order_relaxed); }
  std::uint32_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  std::uint32_t concurrency() const { return concurrency_; }
  std::uint32_t queue_limit() const { return queue_limit_; }

  // Who has a place fills `batch`, which has one task, up to `most` with those that wait, in their order;
  // they need no places of their own. Waits for more of them until one must start. One batch gathers at a
  // time, and while it does nobody else is given a task. True: more wait, and Pool::wake must be called.
  // Allocates nothing if `batch` has the room.
  [[nodiscard]] bool gather(std::vector<std::shared_ptr<Task>>& batch, std::size_t most);

  // What the pool keeps about it, with the pool's lock held.
  struct PoolShare {
    std::size_t turns = 0;    // that it waits for
    std::size_t threads = 0;  // at work for it
  };
  PoolShare& pool_share() { return pool_share_; }

 private:
  bool take_place();
  bool admit();
  void drop_unwanted();

  const std::uint32_t concurrency_;
  const std::uint32_t queue_limit_;
  // Whoever adds to one of these looks at the other afterwards (seq_cst), so a place and a waiting task
  // cannot miss each other.
  std::atomic<std::uint32_t> running_{0};
  std::atomic<std::uint32_t> waiting_{0};
  // Those who run or wait. Counted on its own: a task on its way from the queue to a place is one all the
  // while.
  std::atomic<std::uint32_t> admitted_{0};
  std::mutex mutex_;
  std::pmr::unsynchronized_pool_resource queue_memory_;  // kept: a deque gives its blocks back as it moves on
  std::pmr::deque<std::shared_ptr<Task>> queue_{&queue_memory_};
  // While a batch gathers: how many tasks it would take, and when it ends. Changed with the lock held.
  std::atomic<std::size_t> wanted_{0};
  Nanoseconds gather_until_ = 0;
  std::condition_variable task_came_;
  PoolShare pool_share_;
};

}  // namespace slipway::serving
