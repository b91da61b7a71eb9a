// Listening sockets that the host was handed at its start, by what they are for.
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/service_manager.hpp"
#include "http/listen_socket.hpp"

namespace slipway::cli {

struct ListeningSockets {
  std::vector<http::ListenGroup> data;       // empty: the configuration says where to listen
  std::optional<http::ListenGroup> control;  // for operators
};

// Of the service manager's: one named `control` is for operators, all others are the data port's.
Result<ListeningSockets> sort_sockets(std::vector<PassedSocket> passed);

}  // namespace slipway::cli
