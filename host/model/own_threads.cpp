#include "model/own_threads.hpp"

#include <system_error>

namespace slipway::model {

bool OwnThreads::run(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  if (waiting_ >= idle_ && threads_.size() < most_ && !grow() && threads_.empty()) return false;
  Job job{&work};
  *last_ = &job;
  last_ = &job.next;
  ++waiting_;
  job_came_.notify_one();
  job_done_.wait(lock, [&] { return job.done; });
  return true;
}

bool OwnThreads::grow() {
  try {
    threads_.emplace_back(&OwnThreads::serve, this);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

void OwnThreads::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    job_came_.wait(lock, [&] { return first_ != nullptr || ending_; });
    --idle_;
    if (first_ == nullptr) return;
    Job& job = *first_;
    first_ = job.next;
    if (first_ == nullptr) last_ = &first_;
    --waiting_;
    lock.unlock();
    (*job.work)();
    lock.lock();
    job.done = true;
    job_done_.notify_all();
  }
}

void OwnThreads::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  job_came_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace slipway::model
