// Threads that belong to one model, for plugins with thread_local objects that have destructors: such a
// library stays in memory until every thread that touched one has ended, so none of the host's threads may.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace slipway::model {

class OwnThreads {
 public:
  explicit OwnThreads(std::size_t most) : most_(most) {}
  ~OwnThreads() { end(); }
  OwnThreads(const OwnThreads&) = delete;
  OwnThreads& operator=(const OwnThreads&) = delete;

  // Runs `work`, which must not throw, on one of the threads and returns when it is done. Threads come when
  // they are needed; when none can be had, and there is none yet, false and nothing has run.  [any]
  bool run(const std::function<void()>& work);

  // Waits for what runs and ends the threads. Nobody may call run(), now or later.  [control]
  void end();

 private:
  struct Job {
    const std::function<void()>* work;
    bool done = false;
    Job* next = nullptr;
  };

  bool grow();
  void serve();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable job_came_;
  std::condition_variable job_done_;
  Job* first_ = nullptr;
  Job** last_ = &first_;
  std::size_t idle_ = 0;
  std::size_t waiting_ = 0;  // jobs that no thread has taken
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace slipway::model
