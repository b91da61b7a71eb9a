// Until when a probe's child may be silent.
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace slipway::worker {

// The time in which the child could have run and had no core says nothing about its model: it puts the
// deadlines off, the budget to kMostPatience times itself at most.
class Deadlines {
 public:
  static constexpr Nanoseconds kWorthwhile = 10 * kMillisecond;  // a deadline is put off by so much at least
  static constexpr Nanoseconds kMostPatience = 10;

  Deadlines(Nanoseconds begin, Nanoseconds budget) : begin_(begin), budget_(budget) { step(); }

  // One that the budget alone bounds begins.
  void step() {
    next_ = begin_ + budget_ + waited_;
    is_of_budget_ = true;
  }
  // A golden case begins.
  void step(Nanoseconds now, Nanoseconds case_budget) {
    step();
    if (next_ <= now + case_budget) return;
    next_ = now + case_budget;
    is_of_budget_ = false;
  }
  // `waited`: for a core, since the child began. False: not worthwhile, or enough; the deadline stands.
  bool put_off(Nanoseconds now, Nanoseconds waited) {
    const Nanoseconds more = waited - waited_;
    if (more < kWorthwhile || now > begin_ + kMostPatience * budget_) return false;
    waited_ = waited;
    next_ += more;
    return true;
  }

  Nanoseconds next() const { return next_; }
  bool is_of_budget() const { return is_of_budget_; }  // not of a case

 private:
  const Nanoseconds begin_;
  const Nanoseconds budget_;
  Nanoseconds waited_ = 0;
  Nanoseconds next_ = 0;
  bool is_of_budget_ = true;
};

}  // namespace slipway::worker
