// A real host, `slipway serve`, as a process: started on a free port with one folder of models, its log read,
// stopped.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::authoring {

// Ends with the thread that starts it, which outlives it.
class HostProcess {
 public:
  // Nothing of this process's environment configures it. Returns when it listens; the error has its last
  // words.
  static Result<std::unique_ptr<HostProcess>> start(const std::filesystem::path& program,
                                                    const std::filesystem::path& config,
                                                    const std::filesystem::path& models,
                                                    const std::filesystem::path& cache);
  ~HostProcess();  // kills it if it still runs
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  std::uint16_t port() const { return port_; }

  // Whether the log has, or comes to have, `nth` lines that hold one of `words`; false at the deadline, or
  // when the host has ended.
  bool wait_for(const std::vector<std::string_view>& words, std::size_t nth, Nanoseconds deadline);
  // The log's last line that holds `words`; empty where there is none.
  std::string line_with(std::string_view words) const;

  // Asks it to stop. How it ended, in words; empty: as it should, with status 0.
  std::string stop();

 private:
  HostProcess(pid_t pid, UniqueFd log);
  void read_log();
  std::size_t count(const std::vector<std::string_view>& words) const;

  pid_t pid_;  // -1: it has ended
  UniqueFd process_;
  UniqueFd log_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  bool log_ended_ = false;
  std::thread reader_;
};

}  // namespace slipway::authoring
