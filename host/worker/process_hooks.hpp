// What a library can hang into a process and forget there: signal handlers, pthread keys, the handler of
// uncaught exceptions. Each points into the library, and into nothing once that is unloaded.
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <string>

namespace slipway::worker {

class ProcessHooks {
 public:
  static ProcessHooks now();

  // What is there in `later` and was not here, in words; empty: nothing.
  std::string left_behind(const ProcessHooks& later) const;

 private:
  static constexpr int kSignals = 65;

  std::array<void*, kSignals> handlers_{};  // by signal
  std::size_t free_keys_ = 0;
  std::terminate_handler terminate_ = nullptr;
};

}  // namespace slipway::worker
