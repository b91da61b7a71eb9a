#include "base/give_way.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

namespace slipway {
namespace {

constexpr int kNicest = 19;

thread_local bool said_so = false;

}  // namespace

void give_way() noexcept {
  said_so = true;
  const sched_param none{};
  // Of the calling thread alone, both: on Linux 0 is that.
  if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) ::setpriority(PRIO_PROCESS, 0, kNicest);
}

bool gives_way() noexcept {
  return said_so;
}

CoreWait::CoreWait(const std::string& task)
    : statistics_(::open((task + "/schedstat").c_str(), O_RDONLY | O_CLOEXEC)) {}

// "TIME-ON-A-CORE TIME-WAITED SLICES", made anew each time that it is read from its beginning.
Nanoseconds CoreWait::so_far() const {
  std::array<char, 64> text;
  const ssize_t got = statistics_.valid() ? ::pread(statistics_.get(), text.data(), text.size(), 0) : 0;
  const char* const end = text.data() + std::max<ssize_t>(got, 0);
  const char* const space = std::find(static_cast<const char*>(text.data()), end, ' ');
  Nanoseconds waited = 0;
  if (space != end) std::from_chars(space + 1, end, waited);
  return waited;
}

bool run_on_thread(const std::function<void()>& work) noexcept {
  try {
    std::thread(std::cref(work)).join();
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

ThreadStarter::~ThreadStarter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  starter_.join();
}

bool ThreadStarter::run(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  work_ = &work;
  done_ = false;
  changed_.notify_all();
  changed_.wait(lock, [&] { return done_; });
  return !refused_;
}

void ThreadStarter::start_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return work_ != nullptr || stopping_; });
    if (stopping_) return;
    const std::function<void()>& work = *std::exchange(work_, nullptr);
    lock.unlock();
    const bool ran = run_on_thread(work);
    lock.lock();
    refused_ = !ran;
    done_ = true;
    changed_.notify_all();
  }
}

}  // namespace slipway
