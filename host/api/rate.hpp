// So many requests a second, and so many at once: the generic cell rate algorithm, in one word that every
// thread can change without a lock.
#pragma once

#include <algorithm>
#include <atomic>

#include "base/clock.hpp"

namespace slipway::api {

class Rate {
 public:
  // Takes one request's place at `now` (CLOCK_MONOTONIC): 0, or how long there is none. `interval` is between
  // two requests, `burst` how many intervals may be used ahead.  [any thread]
  Nanoseconds take(Nanoseconds now, Nanoseconds interval, Nanoseconds burst) {
    Nanoseconds due = due_.load(std::memory_order_relaxed);
    while (true) {
      const Nanoseconds next = std::max(due, now) + interval;
      if (next - now > burst) return next - now - burst;
      if (due_.compare_exchange_weak(due, next, std::memory_order_relaxed)) return 0;
    }
  }

 private:
  std::atomic<Nanoseconds> due_{0};  // when all that was taken will have been earned
};

}  // namespace slipway::api
