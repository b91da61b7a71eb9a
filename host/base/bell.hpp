// Wakes one thread that waits, from any other, without a lock.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway {

class Bell {
 public:
  static Result<Bell> create();

  // [any] Never blocks. Rings before anybody waits are kept, several of them as one.
  void ring() const noexcept;

  // Until it rings, or until `deadline` (CLOCK_MONOTONIC). One thread.
  void wait_until(Nanoseconds deadline) const noexcept;

  // Readable once it has rung; for whoever waits for other descriptors too, and then calls clear().
  int descriptor() const { return event_.get(); }
  void clear() const noexcept;

 private:
  explicit Bell(UniqueFd event) : event_(std::move(event)) {}

  UniqueFd event_;
};

}  // namespace slipway
