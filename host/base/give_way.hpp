// Work that nobody waits for beside threads that serve: it runs where a core has nothing else to do.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace slipway {

// From now on this thread gives way to all others (SCHED_IDLE, sched(7); where the system refuses that, it is
// as nice as can be), and so do the threads and processes that it starts. There is no way back: the kernel
// lets only the privileged take one.
void give_way() noexcept;

// Whether this thread has said so. Those that it starts do not know it.
bool gives_way() noexcept;

// How long a thread waits for a core. `task`: its folder in /proc; "/proc/thread-self" is that of the thread
// that makes this.
class CoreWait {
 public:
  explicit CoreWait(const std::string& task);

  // For how long it could have run and had no core, since it began (proc(5), schedstat); 0 where the system
  // does not say.
  Nanoseconds so_far() const;

 private:
  const UniqueFd statistics_;
};

// Runs `work`, which throws nothing, on a new thread, which inherits how the calling one is scheduled;
// returns when that has ended. False: the system gives no thread.
bool run_on_thread(const std::function<void()>& work) noexcept;

// Starts threads on behalf of others: a thread inherits how it is scheduled from the one that starts it, and
// one that gives way can start none that does not.
class ThreadStarter {
 public:
  // Threads will be as the calling one is. Throws std::system_error where the system gives no thread.
  ThreadStarter() : starter_(&ThreadStarter::start_all, this) {}
  ~ThreadStarter();
  ThreadStarter(const ThreadStarter&) = delete;
  ThreadStarter& operator=(const ThreadStarter&) = delete;

  // As run_on_thread(), but for the inheritance. One caller at a time.
  bool run(const std::function<void()>& work);

 private:
  void start_all();

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;  // what waits to be run
  bool done_ = false;
  bool refused_ = false;
  bool stopping_ = false;
  std::thread starter_;
};

}  // namespace slipway
