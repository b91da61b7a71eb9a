// Where a version's predictions run: on the serving thread, which costs no hand-over, or on the pool, where a
// long one delays nobody. `execution: auto` measures and decides.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/clock.hpp"
#include "model/manifest.hpp"

namespace slipway::serving {

// Thread-safe. Until enough predictions have been measured `auto` uses the pool.
class ExecutionChoice {
 public:
  static constexpr Nanoseconds kInlineBound = 100 * kMicrosecond;  // the p99 that still runs inline
  static constexpr Nanoseconds kLongCall = kMillisecond;  // an inline call that counts against the model
  static constexpr std::uint32_t kSamples = 100;          // measured before the decision
  static constexpr std::uint32_t kStrikes = 4;            // long calls within kForgiveAfter calls that demote
  static constexpr std::uint32_t kForgiveAfter = 1000;

  explicit ExecutionChoice(model::Execution wanted);

  bool runs_inline() const { return inline_.load(std::memory_order_relaxed); }

  // After each prediction: how long the model took, and where it ran.
  void observe(Nanoseconds duration, bool ran_inline);

  std::uint64_t long_calls() const { return long_calls_.load(std::memory_order_relaxed); }
  bool demoted() const { return demoted_.load(std::memory_order_relaxed); }

 private:
  void measure(Nanoseconds duration);
  void strike();

  const bool automatic_;
  std::atomic<bool> inline_;
  std::atomic<bool> decided_;
  std::atomic<bool> demoted_{false};
  std::atomic<std::uint64_t> long_calls_{0};
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint32_t> strikes_{0};
  std::atomic<std::uint64_t> last_forgiven_{0};
  std::mutex mutex_;  // of the samples, while nothing is decided
  std::array<Nanoseconds, kSamples> samples_{};
  std::uint32_t sampled_ = 0;
};

}  // namespace slipway::serving
