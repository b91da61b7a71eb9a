// A connection on its way to the thread that will serve it.
#pragma once

#include "base/unique_fd.hpp"
#include "http/listen_socket.hpp"

namespace slipway::http {

struct Accepted {
  UniqueFd connection;
  Peer peer;
};

}  // namespace slipway::http
