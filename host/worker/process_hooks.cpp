#include "worker/process_hooks.hpp"

#include <pthread.h>

#include <csignal>
#include <vector>

#include "base/signal_name.hpp"

namespace slipway::worker {
namespace {

// Those that can be had are taken and given back: nothing tells how many there are.
std::size_t count_free_keys() {
  std::vector<pthread_key_t> keys;
  for (pthread_key_t key = 0; pthread_key_create(&key, nullptr) == 0;) keys.push_back(key);
  for (const pthread_key_t key : keys) pthread_key_delete(key);
  return keys.size();
}

}  // namespace

ProcessHooks ProcessHooks::now() {
  ProcessHooks hooks;
  for (int signal = 1; signal < kSignals; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0)
      hooks.handlers_[static_cast<std::size_t>(signal)] = reinterpret_cast<void*>(action.sa_handler);
  }
  hooks.free_keys_ = count_free_keys();
  hooks.terminate_ = std::get_terminate();
  return hooks;
}

std::string ProcessHooks::left_behind(const ProcessHooks& later) const {
  std::string words;
  const auto add = [&](const std::string& what) { words += (words.empty() ? "" : ", ") + what; };
  for (int signal = 1; signal < kSignals; ++signal) {
    const auto at = static_cast<std::size_t>(signal);
    if (handlers_[at] != later.handlers_[at]) add("a handler of " + signal_name(signal));
  }
  if (later.free_keys_ < free_keys_)
    add(std::to_string(free_keys_ - later.free_keys_) + " pthread keys that were not deleted");
  if (terminate_ != later.terminate_) add("a terminate handler");
  return words;
}

}  // namespace slipway::worker
