// What a service manager (systemd) hands a service at its start and is told by it, by the protocols of
// sd_listen_fds(3), sd_watchdog_enabled(3) and sd_notify(3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway {

struct PassedSocket {
  std::string name;  // FileDescriptorName= in the socket's unit; "unknown" where there is none
  UniqueFd socket;
};

struct ServiceEnvironment {
  std::string notify_socket;  // empty: nobody wants to be told
  Nanoseconds watchdog = 0;   // 0: nobody watches
  std::vector<PassedSocket> sockets;
};

// Takes it out of the environment, so that nothing that this process starts or loads finds it there. What is
// meant for another process is dropped. While there is only one thread.
Result<ServiceEnvironment> take_service_environment();

// Thread-safe.
class ServiceNotifier {
 public:
  // A path, or "@NAME" for an abstract socket; empty: nothing is sent.
  explicit ServiceNotifier(std::string socket) : socket_(std::move(socket)) {}

  // "READY=1\nSTATUS=..." and the like, as one datagram. Waits a second at most for a receiver that is slow.
  Status send(std::string_view assignments) const;

  const std::string& socket() const { return socket_; }

 private:
  const std::string socket_;
};

}  // namespace slipway
