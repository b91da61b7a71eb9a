#include "serving/pool.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <iterator>
#include <system_error>

namespace slipway::serving {
namespace {

constexpr int kBackgroundNice = 15;

}  // namespace

Pool::Pool(std::size_t most_threads, std::chrono::milliseconds idle_time, Priority priority)
    : most_threads_(most_threads),
      idle_time_(idle_time),
      priority_(priority),
      least_threads_(priority == Priority::normal ? 1 : 0) {
  if (least_threads_ == 0) return;
  const std::lock_guard lock(mutex_);  // the thread looks for itself in what is written here
  threads_.emplace_back(&Pool::work, this);
}

Pool::~Pool() {
  stop(std::chrono::steady_clock::time_point::max());
}

void Pool::wake(std::shared_ptr<void> owner, Admission& admission) {
  std::vector<std::thread> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
    if (admission.pool_share().turns++ == 0) waiting_.push_back({std::move(owner), &admission});
    ++turns_;
    if (turns_ > idle_ && may_have_thread(admission)) grow();
    turn_came_.notify_one();
  }
  for (std::thread& thread : ended) thread.join();
}

void Pool::grow() {
  if (stopping_ || threads_.size() >= most_threads_) return;
  try {
    threads_.emplace_back(&Pool::work, this);
  } catch (const std::system_error&) {
    // The threads there are will come to it.
  }
}

void Pool::work() {
  if (priority_ == Priority::background)
    ::setpriority(PRIO_PROCESS, 0, kBackgroundNice);  // of this thread alone, on Linux
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    const bool woken = turn_came_.wait_for(
        lock, idle_time_, [&] { return next_in_turn() != waiting_.end() || (stopping_ && turns_ == 0); });
    --idle_;
    const auto next = next_in_turn();
    if (next == waiting_.end()) {
      if (stopping_ ? turns_ == 0 : !woken && threads_.size() > least_threads_) break;
      continue;
    }
    Waiting waiting = take_turn(next);
    Admission::PoolShare& share = waiting.admission->pool_share();
    std::shared_ptr<void> owner = waiting.owner;
    ++share.threads;
    ++busy_;
    lock.unlock();
    run_one(std::move(waiting));
    lock.lock();
    --share.threads;
    --busy_;
    if (stopping_) turn_came_.notify_all();
    if (owner.use_count() > 1) continue;
    lock.unlock();  // whatever its end does, nobody waits for it
    owner.reset();
    lock.lock();
  }
  end_thread();
}

void Pool::run_one(Waiting waiting) {
  std::shared_ptr<Task> task = waiting.admission->next();
  if (task == nullptr) return;
  task->run();
  task.reset();
  if (waiting.admission->leave()) wake(std::move(waiting.owner), *waiting.admission);
}

Pool::Queue::iterator Pool::next_in_turn() {
  return std::find_if(waiting_.begin(), waiting_.end(),
                      [&](const Waiting& each) { return may_have_thread(*each.admission); });
}

// With more turns to come it is last in the row now.
Pool::Waiting Pool::take_turn(Queue::iterator next) {
  Waiting waiting = std::move(*next);
  waiting_.erase(next);
  --turns_;
  if (--waiting.admission->pool_share().turns != 0) waiting_.push_back(waiting);
  return waiting;
}

// With the lock held, as a thread's last act.
void Pool::end_thread() {
  const auto self = std::find_if(threads_.begin(), threads_.end(), [](const std::thread& each) {
    return each.get_id() == std::this_thread::get_id();
  });
  if (self == threads_.end()) return;  // stop() gave up on this one
  ended_.push_back(std::move(*self));
  threads_.erase(self);
  thread_ended_.notify_all();
}

bool Pool::stop(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  turn_came_.notify_all();
  const auto all_ended = [&] { return threads_.empty(); };
  if (deadline == std::chrono::steady_clock::time_point::max())
    thread_ended_.wait(lock, all_ended);
  else
    thread_ended_.wait_until(lock, deadline, all_ended);
  std::vector<std::thread> ended = std::move(ended_);
  ended_.clear();
  std::vector<std::thread> left = std::move(threads_);
  threads_.clear();
  lock.unlock();
  for (std::thread& thread : ended) thread.join();
  for (std::thread& thread : left) thread.detach();
  return left.empty();
}

std::size_t Pool::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

}  // namespace slipway::serving
