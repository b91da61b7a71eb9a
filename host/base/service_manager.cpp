#include "base/service_manager.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <optional>

#include "base/file.hpp"

namespace slipway {
namespace {

constexpr int kFirstPassed = 3;  // SD_LISTEN_FDS_START
constexpr int kMostPassed = 256;

std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string taken = value == nullptr ? "" : value;
  ::unsetenv(name);
  return taken;
}

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_this_process(const std::string& pid) {
  return to_number<pid_t>(pid) == ::getpid();
}

Result<Nanoseconds> watchdog_time(const std::string& microseconds, const std::string& pid) {
  if (microseconds.empty() || (!pid.empty() && !is_this_process(pid))) return Nanoseconds{0};
  const std::optional<Nanoseconds> time = to_number<Nanoseconds>(microseconds);
  if (!time || *time <= 0 || *time > 86'400'000'000)
    return Error(Code::invalid_argument, "WATCHDOG_USEC is \"" + microseconds +
                                             "\"; it should be a number of microseconds, a day at most");
  return *time * kMicrosecond;
}

// The names of `count` descriptors; systemd separates them by colons.
std::vector<std::string> split_names(const std::string& text, int count) {
  std::vector<std::string> names;
  std::size_t at = 0;
  for (int i = 0; i < count; ++i) {
    const std::size_t end = std::min(text.find(':', at), text.size());
    names.push_back(at < end ? text.substr(at, end - at) : "unknown");
    at = std::min(end + 1, text.size());
  }
  return names;
}

Result<std::vector<PassedSocket>> passed_sockets(const std::string& count_text, const std::string& pid,
                                                 const std::string& names_text) {
  std::vector<PassedSocket> sockets;
  if (count_text.empty() || !is_this_process(pid)) return sockets;
  const std::optional<int> count = to_number<int>(count_text);
  if (!count || *count < 0 || *count > kMostPassed)
    return Error(Code::invalid_argument,
                 "LISTEN_FDS is \"" + count_text + "\"; it should be a number of descriptors, 256 at most");
  for (const std::string& name : split_names(names_text, *count)) {
    const int descriptor = kFirstPassed + static_cast<int>(sockets.size());
    struct stat info {};
    if (::fstat(descriptor, &info) != 0 || !S_ISSOCK(info.st_mode))
      return Error(Code::invalid_argument, "descriptor " + std::to_string(descriptor) + " (" + name +
                                               "), which LISTEN_FDS announces, is not a socket");
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    sockets.push_back({name, UniqueFd(descriptor)});
  }
  return sockets;
}

}  // namespace

Result<ServiceEnvironment> take_service_environment() {
  const std::string watchdog = take_variable("WATCHDOG_USEC");
  const std::string watchdog_pid = take_variable("WATCHDOG_PID");
  const std::string count = take_variable("LISTEN_FDS");
  const std::string pid = take_variable("LISTEN_PID");
  const std::string names = take_variable("LISTEN_FDNAMES");
  ServiceEnvironment environment;
  environment.notify_socket = take_variable("NOTIFY_SOCKET");
  const Result<Nanoseconds> time = watchdog_time(watchdog, watchdog_pid);
  if (!time) return time.error();
  environment.watchdog = *time;
  Result<std::vector<PassedSocket>> sockets = passed_sockets(count, pid, names);
  if (!sockets) return std::move(sockets).error();
  environment.sockets = std::move(*sockets);
  return environment;
}

Status ServiceNotifier::send(std::string_view assignments) const {
  if (socket_.empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((socket_.front() != '/' && socket_.front() != '@') || socket_.size() >= sizeof address.sun_path)
    return Error(Code::unsupported, "NOTIFY_SOCKET is neither a path nor an abstract socket: " + socket_);
  socket_.copy(address.sun_path, sizeof address.sun_path - 1);
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const UniqueFd sender(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const timeval patience{1, 0};
  if (!sender.valid() ||
      ::setsockopt(sender.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
      ::sendto(sender.get(), assignments.data(), assignments.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), size) < 0)
    return Error(Code::io, "cannot notify " + socket_ + ": " + system_message(errno));
  return {};
}

}  // namespace slipway
