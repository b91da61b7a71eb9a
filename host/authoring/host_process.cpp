#include "authoring/host_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>

#include "authoring/launch.hpp"
#include "base/file.hpp"
#include "base/signal_name.hpp"

namespace slipway::authoring {
namespace {

constexpr Nanoseconds kStartTime = 120 * kSecond;
constexpr int kStopMilliseconds = 60'000;
constexpr std::string_view kListening = "http://127.0.0.1:";

}  // namespace

HostProcess::HostProcess(pid_t pid, UniqueFd log)
    : pid_(pid),
      process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
      log_(std::move(log)),
      reader_(&HostProcess::read_log, this) {}

Result<std::unique_ptr<HostProcess>> HostProcess::start(const std::filesystem::path& program,
                                                        const std::filesystem::path& config,
                                                        const std::filesystem::path& models,
                                                        const std::filesystem::path& cache) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return Error(Code::io, "cannot make a pipe: " + system_message(errno));
  UniqueFd log(pipe[0]);
  UniqueFd written(pipe[1]);
  const Result<pid_t> pid = launch(
      {.arguments = {program.string(), "serve", "--config", config.string(), "--models", models.string(),
                     "--cache", cache.string(), "--listen", "127.0.0.1:0", "--log-format", "json"},
       .folder = {},
       .without = {"SLIPWAY_", "LISTEN_", "NOTIFY_SOCKET=", "WATCHDOG_"},  // what would configure it
       .output = written.get()});
  if (!pid) return pid.error();
  std::unique_ptr<HostProcess> host(new HostProcess(*pid, std::move(log)));
  written.reset();  // the log ends with the host
  if (!host->wait_for({"\"listening\""}, 1, monotonic_now() + kStartTime)) {
    const std::string why = host->line_with("\"error\"");
    return Error(Code::failed_precondition,
                 "the host does not come to listen" + (why.empty() ? "" : ": " + why));
  }
  const std::string line = host->line_with("\"listening\"");
  const std::size_t at = line.find(kListening);
  if (at != std::string::npos)
    std::from_chars(line.data() + at + kListening.size(), line.data() + line.size(), host->port_);
  return host;
}

HostProcess::~HostProcess() {
  if (pid_ >= 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  reader_.join();
}

void HostProcess::read_log() {
  std::string rest;
  char bytes[4096];
  for (;;) {
    const ssize_t got = ::read(log_.get(), bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    if (got <= 0) {
      log_ended_ = true;
      changed_.notify_all();
      return;
    }
    rest.append(bytes, static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1))
      lines_.push_back(rest.substr(0, end));
    changed_.notify_all();
  }
}

std::size_t HostProcess::count(const std::vector<std::string_view>& words) const {
  return static_cast<std::size_t>(std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view each) { return line.find(each) != std::string::npos; });
  }));
}

bool HostProcess::wait_for(const std::vector<std::string_view>& words, std::size_t nth,
                           Nanoseconds deadline) {
  std::unique_lock lock(mutex_);
  const auto until = std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline));
  changed_.wait_until(lock, until, [&] { return log_ended_ || count(words) >= nth; });
  return count(words) >= nth;
}

std::string HostProcess::line_with(std::string_view words) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(lines_.rbegin(), lines_.rend(), [&](const std::string& line) {
    return line.find(words) != std::string::npos;
  });
  return found == lines_.rend() ? std::string() : *found;
}

std::string HostProcess::stop() {
  ::kill(pid_, SIGTERM);
  pollfd ended{process_.get(), POLLIN, 0};
  const bool in_time = ::poll(&ended, 1, kStopMilliseconds) > 0;
  if (!in_time) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (!in_time) return "did not stop within a minute of SIGTERM, and was killed";
  if (WIFSIGNALED(status)) return "was killed by " + signal_name(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace slipway::authoring
