// Listening sockets: one per thread on the same address, so that the kernel spreads connections and no thread
// wakes another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::http {

struct ListenGroup {
  std::vector<UniqueFd> sockets;  // one per thread, non-blocking, all on the same port
  std::uint16_t port = 0;
};

Result<ListenGroup> listen_on(const std::string& host, std::uint16_t port, unsigned threads, int backlog);

// Lets no new connection begin, while those whose handshake is under way still come to the accept queue:
// closing a listening socket drops its queue, so what is in it must be accepted first. False if the kernel
// does not let us.
bool stop_new_connections(int listening_socket);

// A connection, non-blocking and without Nagle's delay. -1 with errno.
int accept_connection(int listening_socket, std::string& peer);

}  // namespace slipway::http
