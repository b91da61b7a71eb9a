// Listening sockets: one per thread on the same address, so that the kernel spreads connections and no thread
// wakes another; or one that was handed to this process, which its threads share (http/acceptor.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "http/connection_slots.hpp"

namespace slipway::http {

struct ListenAddress {
  std::string host = "127.0.0.1";  // an IPv4 or IPv6 address ("::1", "::", "0.0.0.0"), not a name; "::" is
                                   // IPv6 alone; or "unix:PATH", see listen_on()
  std::uint16_t port = 8080;       // 0: any free one, see Server::listening()

  bool operator==(const ListenAddress&) const = default;
};

// The file of a Unix socket; removed with the object.
class SocketFile {
 public:
  explicit SocketFile(std::string path) : path_(std::move(path)) {}
  SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile();

  void leave() { path_.clear(); }  // to another process

 private:
  std::string path_;
};

// The listening sockets of one address, non-blocking.
struct ListenGroup {
  std::vector<UniqueFd> sockets;
  // One socket from which all threads are served; else each has its own, all made with SO_REUSEPORT.
  bool shared = false;
  // Another process has them too and goes on with them: their queues are left to it.
  bool lives_on = false;
  ListenAddress asked;   // what it was made for
  ListenAddress actual;  // where it listens
  std::optional<SocketFile> file;
};

// `address.host` is an IPv4 or IPv6 address, or "unix:PATH": a socket that only this user, and root, can
// connect to (0600, and the peer's credentials are looked at). One left behind by a process that has died is
// replaced.
Result<ListenGroup> listen_on(const ListenAddress& address, unsigned threads, int backlog);

// A listening socket that this process was handed, by the service manager say. The error says what it is
// instead.
Result<ListenGroup> adopt_socket(UniqueFd socket);

// So that a group that is not shared has a socket for each thread at least. More than that are as good.
Status add_sockets(ListenGroup& group, unsigned threads, int backlog);

// Lets no new connection begin, while those whose handshake is under way still come to the accept queue:
// closing a listening socket drops its queue, so what is in it must be accepted first. False if the kernel
// does not let us. Holds for every process that has the socket.
bool stop_new_connections(int listening_socket);
constexpr Nanoseconds kHandshakeGrace = 100 * kMillisecond;  // for those that are under way then

// Who is at the other end of a connection.
struct Peer {
  std::string text;  // "192.0.2.1:4711", "[2001:db8::1]:4711", "uid 1000 pid 4711"
  ClientKey client = kNobody;
};

// A connection, non-blocking and without Nagle's delay; of a Unix socket, one of this user or root (EACCES
// where it was another's, and it is closed). -1 with errno.
int accept_connection(int listening_socket, Peer& peer);

}  // namespace slipway::http
