// Where threads that serve leave copies for shadows: they take no lock that a thread in the background could
// hold for long.
#pragma once

#include <atomic>
#include <memory>

#include "serving/shadow_task.hpp"

namespace slipway::serving {

// Many leave, one takes.
class ShadowInbox {
 public:
  ~ShadowInbox() {
    take_all([](std::shared_ptr<ShadowTask>) {});
  }

  // True: it was empty, and who takes must be woken.
  bool leave(std::shared_ptr<ShadowTask> task) noexcept {
    ShadowTask* const added = task.get();
    added->self_ = std::move(task);
    ShadowTask* before = last_.load(std::memory_order_relaxed);
    do {
      added->next_ = before;
    } while (!last_.compare_exchange_weak(before, added, std::memory_order_acq_rel));
    return before == nullptr;  // `added` may have been taken already
  }

  // In the order in which they came.
  template <class Each>
  void take_all(Each&& each) {
    ShadowTask* newest = last_.exchange(nullptr, std::memory_order_acq_rel);
    ShadowTask* oldest = nullptr;
    while (newest != nullptr) {
      ShadowTask* const before = newest->next_;
      newest->next_ = oldest;
      oldest = newest;
      newest = before;
    }
    while (oldest != nullptr) {
      ShadowTask* const after = oldest->next_;
      std::shared_ptr<ShadowTask> task = std::move(oldest->self_);
      each(std::move(task));
      oldest = after;
    }
  }

 private:
  std::atomic<ShadowTask*> last_{nullptr};
};

}  // namespace slipway::serving
