// What a host begins with that it has not made itself: from the service manager, and from a host that it
// takes over.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/service_manager.hpp"
#include "cli/config.hpp"
#include "cli/takeover.hpp"
#include "http/listen_socket.hpp"

namespace slipway::cli {

struct Inherited {
  std::vector<http::ListenGroup> data;       // of the data port
  std::optional<http::ListenGroup> control;  // for operators
  std::vector<http::ListenAddress> listen;   // where it is to listen besides
  std::string notify_socket;
  Nanoseconds watchdog = 0;
  std::optional<Takeover> takeover;
};

// From the service manager. A socket that is named `control` is for operators, all others are the data port's
// and take the place of the configuration's addresses.
Result<Inherited> inherit_from_manager(const HostConfig& config);

// From the host that runs, which waits for this one from then on. What the manager has passed goes before it.
Status inherit_from_host(const HostConfig& config, Inherited& inherited);

}  // namespace slipway::cli
