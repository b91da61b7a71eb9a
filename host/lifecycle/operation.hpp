// One thing an operator has asked for, from the command to its end: its steps can be followed while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace slipway::lifecycle {

// Thread-safe.
class Operation {
 public:
  static constexpr std::size_t kMostSteps = 1'000;

  Operation(std::uint64_t id, std::string what) : id_(id), what_(std::move(what)) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  std::uint64_t id() const { return id_; }
  const std::string& what() const { return what_; }  // "release sum 1.2.0 to stable"

  // A sentence about what was done, or is being done; beyond kMostSteps they are dropped.  [control]
  void step(std::string text);
  // The end: a sentence, or the error. Once.  [control]
  void finish(Result<std::string> outcome);

  struct Report {
    std::vector<std::string> steps;  // from the one that was asked for
    bool ended = false;
    bool succeeded = false;
    std::string outcome;         // the sentence, or the error's message
    Code code = Code::internal;  // the error's
  };
  // The steps from `first` on.
  Report report(std::size_t first) const;

  // Calls `awake` once, from another thread or at once, when there is more than `seen` steps or it has ended.
  void when_more_than(std::size_t seen, std::function<void()> awake);

 private:
  struct Waiter {
    std::size_t seen;
    std::function<void()> awake;
  };

  std::vector<std::function<void()>> take_ready();

  const std::uint64_t id_;
  const std::string what_;
  mutable std::mutex mutex_;  // of all below
  Report state_;
  std::vector<Waiter> waiters_;
};

}  // namespace slipway::lifecycle
