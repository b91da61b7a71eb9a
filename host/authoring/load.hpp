// Callers that ask a host again and again, and look at every answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "authoring/http_client.hpp"

namespace slipway::authoring {

// What is asked, and what must come back each time.
struct Expected {
  std::string request;
  HttpAnswer answer;
};

class Load {
 public:
  // Both outlive it; `expected` is not empty.
  Load(std::uint16_t port, const std::string& path, const std::vector<Expected>& expected, unsigned callers);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Until so many more calls were answered, or something went wrong.
  void wait_for_calls(std::size_t more);

  struct Outcome {
    std::size_t calls = 0;
    std::string wrong;    // the first answer that was not as it should be, in words; empty: all were
    std::string request;  // to which it came
  };
  Outcome stop();  // once

 private:
  void call(unsigned caller);
  void note(const std::string& wrong, const std::string& request);

  const std::uint16_t port_;
  const std::string& path_;
  const std::vector<Expected>& expected_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> calls_ = 0;
  std::mutex mutex_;  // of outcome_
  Outcome outcome_;
  std::vector<std::thread> callers_;
};

}  // namespace slipway::authoring
