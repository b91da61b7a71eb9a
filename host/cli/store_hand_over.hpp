// Lets another process have a host's store for as long as it may be about to take over: the control thread
// waits meanwhile, and takes no command.
#pragma once

#include <condition_variable>
#include <mutex>

#include "lifecycle/control.hpp"
#include "lifecycle/operations.hpp"

namespace slipway::cli {

// Thread-safe. At most one hand-over at a time.
class StoreHandOver {
 public:
  StoreHandOver(lifecycle::Operations& operations, lifecycle::Control& control)
      : operations_(operations), control_(control) {}

  // Waits for the commands that were asked for before. From then on the store is not this process's.
  Status let_go(Nanoseconds deadline);
  // Makes the store this process's again, as soon as the other one has ended, and takes commands again.
  // Returns at once.
  void take_back();
  // The store is the other process's for good, or this one ends: nothing waits any more.
  void end();

 private:
  enum class State { held, asked, let_go, wanted_back, ended };

  void wait_until_decided();
  void reclaim();

  lifecycle::Operations& operations_;
  lifecycle::Control& control_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::held;
};

}  // namespace slipway::cli
