#include "serving/admission.hpp"

namespace slipway::serving {

bool Admission::take_place() {
  std::uint32_t running = running_.load(std::memory_order_seq_cst);
  while (running < concurrency_)
    if (running_.compare_exchange_weak(running, running + 1, std::memory_order_seq_cst)) return true;
  return false;
}

bool Admission::admit() {
  std::uint32_t admitted = admitted_.load(std::memory_order_relaxed);
  while (admitted < concurrency_ + queue_limit_)
    if (admitted_.compare_exchange_weak(admitted, admitted + 1, std::memory_order_relaxed)) return true;
  return false;
}

// Those whose callers have gone or whose time has run out do not keep others out.
void Admission::drop_unwanted() {
  std::deque<std::shared_ptr<Task>> unwanted;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  for (auto at = queue_.begin(); at != queue_.end();) {
    if ((*at)->wanted()) {
      ++at;
      continue;
    }
    unwanted.push_back(std::move(*at));
    at = queue_.erase(at);
    waiting_.fetch_sub(1, std::memory_order_seq_cst);
    admitted_.fetch_sub(1, std::memory_order_relaxed);
  }
}

bool Admission::enqueue(std::shared_ptr<Task> task) {
  if (!admit()) {
    drop_unwanted();
    if (!admit()) return false;
  }
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(task));
  waiting_.fetch_add(1, std::memory_order_seq_cst);
  return true;
}

std::shared_ptr<Task> Admission::next() {
  for (;;) {
    if (!take_place()) return nullptr;
    std::shared_ptr<Task> task;
    {
      const std::lock_guard lock(mutex_);
      if (!queue_.empty()) {
        task = std::move(queue_.front());
        queue_.pop_front();
        waiting_.fetch_sub(1, std::memory_order_seq_cst);
      }
    }
    if (task != nullptr && task->wanted()) return task;
    if (task != nullptr) admitted_.fetch_sub(1, std::memory_order_relaxed);
    running_.fetch_sub(1, std::memory_order_seq_cst);
    // An empty queue is looked at again: a task may have come while the place was held here and seemed taken.
    if (task == nullptr && waiting_.load(std::memory_order_seq_cst) == 0) return nullptr;
  }
}

}  // namespace slipway::serving
