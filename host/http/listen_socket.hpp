// Listening sockets: one per thread on the same address, so that the kernel spreads connections and no thread
// wakes another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "http/connection_slots.hpp"

namespace slipway::http {

// The file of a Unix socket; removed with the object.
class SocketFile {
 public:
  explicit SocketFile(std::string path) : path_(std::move(path)) {}
  SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile();

 private:
  std::string path_;
};

struct ListenGroup {
  std::vector<UniqueFd> sockets;  // one per thread, non-blocking, all on the same port
  std::uint16_t port = 0;
  std::optional<SocketFile> file;
};

// `host` is an IPv4 or IPv6 address, or "unix:PATH": a socket that only this user, and root, can connect to
// (0600, and the peer's credentials are looked at). One left behind by a process that has died is replaced.
Result<ListenGroup> listen_on(const std::string& host, std::uint16_t port, unsigned threads, int backlog);

// Lets no new connection begin, while those whose handshake is under way still come to the accept queue:
// closing a listening socket drops its queue, so what is in it must be accepted first. False if the kernel
// does not let us.
bool stop_new_connections(int listening_socket);

// Who is at the other end of a connection.
struct Peer {
  std::string text;  // "192.0.2.1:4711", "[2001:db8::1]:4711", "uid 1000 pid 4711"
  ClientKey client = kNobody;
};

// A connection, non-blocking and without Nagle's delay; of a Unix socket, one of this user or root (EACCES
// where it was another's, and it is closed). -1 with errno.
int accept_connection(int listening_socket, Peer& peer);

}  // namespace slipway::http
