// The threads that make predictions which are not made on a serving thread. They come when they are needed,
// up to a bound, and go when they have been idle.
//
// Models take turns, however much waits at one of them, and none has more threads than are free: a model
// whose calls hang leaves half of the threads to the others, two leave a third, and so on. (The dynamic
// threshold of Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998, with a factor of one.)
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <thread>
#include <vector>

#include "serving/admission.hpp"

namespace slipway::serving {

class Pool {
 public:
  enum class Priority {
    normal,
    background,  // its threads give way to others, and there are none while there is no work
  };

  // Makes the first thread, which stays: throws std::system_error if the system does not give one.
  explicit Pool(std::size_t most_threads, std::chrono::milliseconds idle_time = std::chrono::seconds(30),
                Priority priority = Priority::normal);
  ~Pool();  // waits for what runs
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // A task waits at `admission`, which `owner` keeps alive. Call it once for each task that was queued, and
  // whenever leave() says so.  [any]
  void wake(std::shared_ptr<void> owner, Admission& admission);

  // Runs what is queued to its end and joins all threads. False: something still ran at `deadline`; its
  // threads are left to themselves, and the process should end without further ado.  [control]
  bool stop(std::chrono::steady_clock::time_point deadline);

  std::size_t threads() const;

 private:
  struct Waiting {
    std::shared_ptr<void> owner;
    Admission* admission;
  };
  using Queue = std::pmr::deque<Waiting>;

  void work();
  void run_one(Waiting waiting);
  bool may_have_thread(Admission& admission) const {
    return admission.pool_share().threads < most_threads_ - busy_;
  }
  Queue::iterator next_in_turn();
  Waiting take_turn(Queue::iterator next);
  void grow();
  void end_thread();

  const std::size_t most_threads_;
  const std::chrono::milliseconds idle_time_;
  const Priority priority_;
  const std::size_t least_threads_;
  mutable std::mutex mutex_;
  std::condition_variable turn_came_;
  std::condition_variable thread_ended_;
  std::pmr::unsynchronized_pool_resource queue_memory_;  // kept: a deque gives its blocks back as it moves on
  Queue waiting_{&queue_memory_};  // each admission that waits for a turn, once; who is next is in front
  std::size_t turns_ = 0;          // of all of them
  std::vector<std::thread> threads_;
  std::vector<std::thread> ended_;  // joined by whoever comes next
  std::size_t idle_ = 0;
  std::size_t busy_ = 0;
  bool stopping_ = false;
};

}  // namespace slipway::serving
