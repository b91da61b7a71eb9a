#include "serving/execution.hpp"

#include <algorithm>

namespace slipway::serving {

ExecutionChoice::ExecutionChoice(model::Execution wanted)
    : automatic_(wanted == model::Execution::automatic),
      inline_(wanted == model::Execution::inline_always),
      decided_(wanted != model::Execution::automatic) {}

void ExecutionChoice::measure(Nanoseconds duration) {
  const std::lock_guard lock(mutex_);
  if (sampled_ == kSamples) return;
  samples_[sampled_++] = duration;
  if (sampled_ < kSamples) return;
  // Of a hundred samples the p99 is the largest but one.
  std::sort(samples_.begin(), samples_.end());
  inline_.store(samples_[kSamples - 2] <= kInlineBound, std::memory_order_relaxed);
  decided_.store(true, std::memory_order_relaxed);
}

void ExecutionChoice::strike() {
  long_calls_.fetch_add(1, std::memory_order_relaxed);
  if (!automatic_) return;
  const std::uint64_t calls = calls_.load(std::memory_order_relaxed);
  // One long call may be the machine's doing; several among few are the model's.
  if (calls - last_forgiven_.load(std::memory_order_relaxed) > kForgiveAfter) {
    last_forgiven_.store(calls, std::memory_order_relaxed);
    strikes_.store(0, std::memory_order_relaxed);
  }
  if (strikes_.fetch_add(1, std::memory_order_relaxed) + 1 < kStrikes) return;
  inline_.store(false, std::memory_order_relaxed);
  demoted_.store(true, std::memory_order_relaxed);
}

void ExecutionChoice::observe(Nanoseconds duration, bool ran_inline) {
  if (!decided_.load(std::memory_order_relaxed)) return measure(duration);
  if (!ran_inline) return;
  if (automatic_) calls_.fetch_add(1, std::memory_order_relaxed);
  if (duration > kLongCall) strike();
}

}  // namespace slipway::serving
