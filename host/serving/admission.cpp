#include "serving/admission.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

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
  const Nanoseconds start_by = task->start_by();
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(task));
  waiting_.fetch_add(1, std::memory_order_seq_cst);
  if (wanted_ == 0) return true;
  if (queue_.size() >= wanted_ || start_by < gather_until_) task_came_.notify_one();
  gather_until_ = std::min(gather_until_, start_by);
  return true;
}

std::shared_ptr<Task> Admission::next() {
  for (;;) {
    if (!take_place()) return nullptr;
    std::shared_ptr<Task> task;
    {
      const std::lock_guard lock(mutex_);
      if (wanted_ != 0) {  // with the lock held: the batch looks for a free place when it has gathered
        running_.fetch_sub(1, std::memory_order_seq_cst);
        return nullptr;
      }
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

bool Admission::gather(std::vector<std::shared_ptr<Task>>& batch, std::size_t most) {
  using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, as ours is
  std::unique_lock lock(mutex_);
  const std::size_t wanted = most - batch.size();
  wanted_ = wanted;
  gather_until_ = batch.front()->start_by();
  for (const std::shared_ptr<Task>& task : queue_) gather_until_ = std::min(gather_until_, task->start_by());
  while (queue_.size() < wanted && monotonic_now() < gather_until_)
    task_came_.wait_until(lock, Clock::time_point(std::chrono::nanoseconds(gather_until_)));
  wanted_ = 0;
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, queue_.size()));
  const auto taken = static_cast<std::uint32_t>(end - queue_.begin());
  std::move(queue_.begin(), end, std::back_inserter(batch));
  queue_.erase(queue_.begin(), end);
  waiting_.fetch_sub(taken, std::memory_order_seq_cst);
  admitted_.fetch_sub(taken, std::memory_order_relaxed);
  lock.unlock();
  return waiting_.load(std::memory_order_seq_cst) != 0 && needs_turn();
}

}  // namespace slipway::serving
