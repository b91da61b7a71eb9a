#include "lifecycle/operation.hpp"

#include <algorithm>

namespace slipway::lifecycle {

void Operation::step(std::string text) {
  std::vector<std::function<void()>> ready;
  {
    const std::lock_guard lock(mutex_);
    if (state_.steps.size() < kMostSteps) state_.steps.push_back(std::move(text));
    ready = take_ready();
  }
  for (const auto& awake : ready) awake();
}

void Operation::finish(Result<std::string> outcome) {
  std::vector<std::function<void()>> ready;
  {
    const std::lock_guard lock(mutex_);
    state_.ended = true;
    state_.succeeded = outcome.ok();
    if (outcome) {
      state_.outcome = std::move(*outcome);
    } else {
      state_.code = outcome.error().code;
      state_.outcome = outcome.error().message;
    }
    ready = take_ready();
  }
  for (const auto& awake : ready) awake();
}

Operation::Report Operation::report(std::size_t first) const {
  const std::lock_guard lock(mutex_);
  Report report = state_;
  report.steps.erase(report.steps.begin(), report.steps.begin() + static_cast<std::ptrdiff_t>(
                                                                      std::min(first, report.steps.size())));
  return report;
}

void Operation::when_more_than(std::size_t seen, std::function<void()> awake) {
  {
    const std::lock_guard lock(mutex_);
    if (!state_.ended && state_.steps.size() <= seen) {
      waiters_.push_back({seen, std::move(awake)});
      return;
    }
  }
  awake();
}

// With the lock held.
std::vector<std::function<void()>> Operation::take_ready() {
  std::vector<std::function<void()>> ready;
  std::erase_if(waiters_, [&](Waiter& waiter) {
    if (!state_.ended && state_.steps.size() <= waiter.seen) return false;
    ready.push_back(std::move(waiter.awake));
    return true;
  });
  return ready;
}

}  // namespace slipway::lifecycle
