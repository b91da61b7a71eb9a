// A version on trial: while callers are answered by it, its failures and its slow answers are counted, and
// the trial fails as soon as they pass a bound.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bell.hpp"
#include "model/traffic_policy.hpp"

namespace slipway::model {

// The bounds apply to the answers of the last `window`, half a window more or less; beyond kMostCounted
// answers in half a window, to that many. Thread-safe; the threads that serve find out by themselves, so that
// no answer waits for another thread's turn.
class Trial {
 public:
  static constexpr std::uint64_t kFewest = 20;     // answers before anything is said
  static constexpr std::uint64_t kFewestSlow = 3;  // slow ones: a p99 of few answers is one answer
  static constexpr std::uint64_t kMostCounted = 1u << 19;
  static constexpr Nanoseconds kShortestWindow = kSecond;

  // `bell` rings when the trial has failed.
  Trial(const TrafficPolicy& policy, std::shared_ptr<const Bell> bell);

  // An answer: whether the model, not its caller, is to blame for an error, and how long it took.  [any]
  void observe(bool failed, Nanoseconds latency) noexcept;

  // For good: callers are spared the version from here on.  [any]
  bool has_failed() const noexcept { return verdict_.load(std::memory_order_acquire) != 0; }

  // Moves the window on; at least every quarter of a second.  [control]
  void move_on(Nanoseconds now) noexcept;

  // "7 of 24 answers failed, more than 5%"; empty as long as it has not failed.  [any]
  std::string why_failed() const;

  struct Counts {
    std::uint64_t answers = 0;
    std::uint64_t failed = 0;
    std::uint64_t slow = 0;
  };
  Counts counts() const noexcept;  // in the window  [any]

 private:
  bool passes_error_bound(const Counts& counts) const noexcept;
  bool passes_latency_bound(const Counts& counts) const noexcept;

  const std::optional<double> max_errors_;
  const std::optional<Nanoseconds> max_latency_;
  const Nanoseconds half_window_;
  const std::shared_ptr<const Bell> bell_;
  // All three counts in one word each (see trial.cpp): whoever looks sees counts that belong together.
  std::atomic<std::uint64_t> now_{0};      // the half window that runs
  std::atomic<std::uint64_t> before_{0};   // the one before it
  std::atomic<std::uint64_t> verdict_{0};  // what had been counted when it failed
  Nanoseconds half_began_;
};

}  // namespace slipway::model
