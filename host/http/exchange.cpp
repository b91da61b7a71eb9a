#include "http/exchange.hpp"

#include <cassert>

#include "http/wake_queue.hpp"

namespace slipway::http {

void Deferred::complete() noexcept {
  State seen = state_.load(std::memory_order_acquire);
  while (seen == kFree || seen == kWaiting) {
    if (!state_.compare_exchange_weak(seen, kCompleted, std::memory_order_acq_rel, std::memory_order_acquire))
      continue;
    if (seen == kFree) return;  // defer() has yet to come, and will see it
    // The session keeps this object until it takes it from the queue, which may be before push() returns.
    const std::shared_ptr<WakeQueue> queue = std::move(queue_);
    queue->push(*this);
    return;
  }
}

bool Deferred::wait_for_completion(Session& owner, std::shared_ptr<WakeQueue> queue) noexcept {
  owner_ = &owner;
  queue_ = std::move(queue);
  State expected = kFree;
  if (state_.compare_exchange_strong(expected, kWaiting, std::memory_order_acq_rel,
                                     std::memory_order_acquire))
    return true;
  assert(expected == kCompleted && "deferred again after expire() or abandon()");
  queue_.reset();
  return false;
}

bool Deferred::settle() noexcept {
  State expected = kWaiting;
  if (!state_.compare_exchange_strong(expected, kSettled, std::memory_order_acq_rel,
                                      std::memory_order_acquire))
    return false;
  queue_.reset();
  return true;
}

void Exchange::defer(std::shared_ptr<Deferred> answer, Nanoseconds deadline) noexcept {
  assert(answer != nullptr && deferred_ == nullptr);
  deferred_ = std::move(answer);
  deadline_ = deadline;
}

}  // namespace slipway::http
