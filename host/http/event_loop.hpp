// One thread's event loop: waits for descriptors and for points in time. Boost.Asio stays behind this
// interface. Everything here belongs to the thread that calls run(); other threads reach it through a
// descriptor (WakeQueue).
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace slipway::http {

enum class Ready : unsigned { read = 1, write = 2 };

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();

  void run();  // until nothing is waited for any more

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

class Watcher {
 public:
  // Also called for a wait that was cancelled.
  virtual void on_ready(Ready what) noexcept = 0;

 protected:
  ~Watcher() = default;
};

// A non-blocking descriptor that a loop watches.
class Descriptor {
 public:
  // Throws std::bad_alloc, or std::system_error if the loop cannot watch it; the descriptor is closed then.
  Descriptor(EventLoop& loop, UniqueFd fd, Watcher& watcher);
  ~Descriptor();  // not while waiting()

  int get() const;

  // Calls the watcher once, later, never from in here. Does nothing if it is being waited for already.
  void wait(Ready what) noexcept;
  bool waiting() const;

  void close() noexcept;  // what was waited for is still reported

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

// Calls a function at a point in time.
class Alarm {
 public:
  using Function = void (*)(void* context) noexcept;

  Alarm(EventLoop& loop, Function function, void* context);
  ~Alarm();

  void set(Nanoseconds when) noexcept;  // CLOCK_MONOTONIC; replaces what was set before
  void clear() noexcept;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace slipway::http
