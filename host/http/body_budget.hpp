// The memory of all request bodies together. A body counts from when the session has to wait for more of it,
// or when it waits for a model, until it is answered: one that comes whole with its head and is answered at
// once is the thread's own affair and costs nothing here.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace slipway::http {

// It must outlive its shares: a server's goes after every pool that works on requests has stopped.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t most) : most_(most) {}

  std::size_t held() const { return held_.load(std::memory_order_relaxed); }

 private:
  friend class BodyShare;
  bool take(std::size_t bytes) noexcept {
    if (held_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= most_) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) noexcept { held_.fetch_sub(bytes, std::memory_order_relaxed); }

  const std::size_t most_;
  alignas(64) std::atomic<std::size_t> held_{0};
};

// One body's part of it; given back with the object, on any thread.
class BodyShare {
 public:
  static constexpr std::size_t kGrain = 64 * 1024;  // what is taken at a time

  BodyShare() = default;
  BodyShare(BodyShare&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyShare& operator=(BodyShare&& other) noexcept {
    release();
    budget_ = std::exchange(other.budget_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }
  ~BodyShare() { release(); }

  bool held() const { return bytes_ != 0; }

  // Makes it `bytes` at least. False, and nothing has changed, if the budget does not have them.
  bool cover(BodyBudget& budget, std::size_t bytes) noexcept {
    if (bytes <= bytes_) return true;
    const std::size_t more = (bytes - bytes_ + kGrain - 1) / kGrain * kGrain;
    if (!budget.take(more)) return false;
    budget_ = &budget;
    bytes_ += more;
    return true;
  }

  void release() noexcept {
    if (bytes_ != 0) budget_->give_back(std::exchange(bytes_, 0));
  }

 private:
  BodyBudget* budget_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace slipway::http
