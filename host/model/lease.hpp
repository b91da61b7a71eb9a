// The counted right to call one version. A version is never unloaded while a lease on it is held.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/bell.hpp"

namespace slipway::model {

// One atomic word: the number of leases in the low bits, and a bit that says no more are given. Lock-free.
// [any]
class LeaseCount {
 public:
  // False once it is closed: the caller looks at the newer routing table then.
  bool acquire() {
    if ((word_.fetch_add(1, std::memory_order_acquire) & kClosed) == 0) return true;
    release();
    return false;
  }

  void release() {
    // Release: what the holder did with the version comes before its end. The last one out only wakes who
    // waits for it: threads that serve never destroy a model or unload a library.
    if (word_.fetch_sub(1, std::memory_order_acq_rel) == (kClosed | 1)) bell_->ring();
  }

  // After the routing table without this version has been published: gives no more leases. `bell` rings when
  // the last one ends, and must outlive every holder. Once.  [control]
  void close(const Bell& bell) {
    bell_ = &bell;
    word_.fetch_or(kClosed, std::memory_order_acq_rel);
  }

  // Whether it is closed and no lease is held: nobody calls the version now, nor ever will.
  bool drained() const { return word_.load(std::memory_order_acquire) == kClosed; }

  std::uint64_t held() const { return word_.load(std::memory_order_relaxed) & ~kClosed; }

 private:
  static constexpr std::uint64_t kClosed = std::uint64_t{1} << 63;
  std::atomic<std::uint64_t> word_{0};
  const Bell* bell_ = nullptr;  // written before the closed bit is, read only by who has seen that
};

}  // namespace slipway::model
