#include "lifecycle/operations.hpp"

#include <exception>

#include "base/give_way.hpp"

namespace slipway::lifecycle {
namespace {

void work_on(const Operations::Work& work, Operation& operation) {
  try {
    operation.finish(work(operation));
  } catch (const std::exception& failure) {
    operation.finish(Error(Code::internal, std::string("the host failed: ") + failure.what()));
  }
}

}  // namespace

Operations::Operations() : thread_(&Operations::run, this) {}

void Operations::stop() {
  std::deque<Job> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(waiting_);
  }
  job_came_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (Job& job : left) job.operation->finish(Error(Code::cancelled, "the host is about to stop"));
}

std::shared_ptr<Operation> Operations::start(std::string what, Work work, Pace pace) {
  const std::lock_guard lock(mutex_);
  if (!why_closed_.empty() || waiting_.size() == kMostWaiting) return nullptr;
  return add(std::move(what), std::move(work), pace);
}

std::shared_ptr<Operation> Operations::start_last(std::string what, Work work, std::string why) {
  const std::lock_guard lock(mutex_);
  if (!why_closed_.empty()) return nullptr;
  why_closed_ = std::move(why);
  return add(std::move(what), std::move(work), Pace::prompt);
}

void Operations::reopen() {
  const std::lock_guard lock(mutex_);
  why_closed_.clear();
}

std::string Operations::why_closed() const {
  const std::lock_guard lock(mutex_);
  return why_closed_;
}

// With the lock held.
std::shared_ptr<Operation> Operations::add(std::string what, Work work, Pace pace) {
  if (stopping_) return nullptr;
  auto operation = std::make_shared<Operation>(++last_id_, std::move(what));
  waiting_.push_back({operation, std::move(work), pace});
  known_.push_back(operation);
  // They end in order: those before the one at work and those that wait have ended.
  while (known_.size() > kMostRemembered + 1 + waiting_.size()) known_.pop_front();
  job_came_.notify_one();
  return operation;
}

std::shared_ptr<Operation> Operations::find(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  for (const std::shared_ptr<Operation>& each : known_)
    if (each->id() == id) return each;
  return nullptr;
}

void Operations::perform(const Job& job) {
  const auto aside = [&] {
    give_way();
    work_on(job.work, *job.operation);
  };
  if (job.pace == Pace::prompt || !run_on_thread(aside)) work_on(job.work, *job.operation);
}

void Operations::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    job_came_.wait(lock, [&] { return !waiting_.empty() || stopping_; });
    if (stopping_) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    perform(job);
    job = {};
    lock.lock();
  }
}

}  // namespace slipway::lifecycle
