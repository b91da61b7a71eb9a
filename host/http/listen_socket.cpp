#include "http/listen_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/file.hpp"

namespace slipway::http {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_in& v4() { return reinterpret_cast<sockaddr_in&>(storage); }
  sockaddr_in6& v6() { return reinterpret_cast<sockaddr_in6&>(storage); }

  std::uint16_t port() { return ntohs(storage.ss_family == AF_INET ? v4().sin_port : v6().sin6_port); }
  void set_port(std::uint16_t port) {
    (storage.ss_family == AF_INET ? v4().sin_port : v6().sin6_port) = htons(port);
  }
};

Result<Address> parse_address(const std::string& host) {
  Address address;
  if (::inet_pton(AF_INET, host.c_str(), &address.v4().sin_addr) == 1) {
    address.storage.ss_family = AF_INET;
    address.size = sizeof(sockaddr_in);
  } else if (::inet_pton(AF_INET6, host.c_str(), &address.v6().sin6_addr) == 1) {
    address.storage.ss_family = AF_INET6;
    address.size = sizeof(sockaddr_in6);
  } else {
    return Error(Code::invalid_argument,
                 "cannot listen on \"" + host +
                     "\": it is not an IPv4 or IPv6 address, such as 127.0.0.1, 0.0.0.0 or ::");
  }
  return address;
}

bool switch_on(int socket, int level, int option) {
  const int one = 1;
  return ::setsockopt(socket, level, option, &one, sizeof one) == 0;
}

Result<UniqueFd> bind_socket(Address& address, bool share_port) {
  UniqueFd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return Error(Code::io, "cannot make a socket: " + system_message(errno));
  const bool prepared =
      switch_on(socket.get(), SOL_SOCKET, SO_REUSEADDR) &&
      (!share_port || switch_on(socket.get(), SOL_SOCKET, SO_REUSEPORT)) &&
      (address.storage.ss_family == AF_INET || switch_on(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY));
  if (!prepared || ::bind(socket.get(), address.generic(), address.size) != 0)
    return Error(Code::io, system_message(errno));
  return socket;
}

// SO_REUSEPORT would let two programs of one user share a port in silence; a socket without it finds out.
Status check_port_is_free(Address& address) {
  const Result<UniqueFd> probe = bind_socket(address, false);
  return probe ? Status() : Status(probe.error());
}

Result<UniqueFd> listen_at(Address& address, int backlog) {
  Result<UniqueFd> socket = bind_socket(address, true);
  if (!socket) return socket;
  // Inherited by the connections.
  switch_on(socket->get(), IPPROTO_TCP, TCP_NODELAY);
  if (::listen(socket->get(), backlog) != 0 ||
      ::getsockname(socket->get(), address.generic(), &address.size) != 0)
    return Error(Code::io, system_message(errno));
  return socket;
}

Status fill_group(Address& address, unsigned threads, int backlog, ListenGroup& group) {
  if (address.port() != 0)
    if (Status free = check_port_is_free(address); !free) return free;
  while (group.sockets.size() < threads) {
    Result<UniqueFd> socket = listen_at(address, backlog);
    if (!socket) return std::move(socket).error();
    group.sockets.push_back(std::move(*socket));
  }
  group.actual.port = address.port();
  return {};
}

// Whether somebody still listens on a socket's file.
bool answers(const sockaddr_un& address) {
  const UniqueFd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return client.valid() &&
         ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Result<ListenGroup> listen_on_file(const std::string& path, int backlog) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return Error(Code::invalid_argument,
                 "a socket's path has 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  path.copy(address.sun_path, path.size());
  if (answers(address)) return Error(Code::already_exists, "another process listens there already");
  ::unlink(path.c_str());
  ListenGroup group;
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid() || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return Error(Code::io, system_message(errno));
  group.file.emplace(path);
  // Before it listens: nobody can have connected.
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(socket.get(), backlog) != 0)
    return Error(Code::io, system_message(errno));
  group.shared = true;
  group.sockets.push_back(std::move(socket));
  return group;
}

// The process at the other end, or nothing where it is not this user's or root's.
std::optional<std::string> trusted_peer(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  if (peer.uid != 0 && peer.uid != ::geteuid()) return std::nullopt;
  return "uid " + std::to_string(peer.uid) + " pid " + std::to_string(peer.pid);
}

std::string host_of(Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 = address.storage.ss_family == AF_INET;
  const void* const bytes = v4 ? static_cast<const void*>(&address.v4().sin_addr) : &address.v6().sin6_addr;
  return ::inet_ntop(address.storage.ss_family, bytes, text, sizeof text) == nullptr ? "unknown" : text;
}

std::string to_text(Address& address) {
  const std::string host = host_of(address);
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
         std::to_string(address.port());
}

// Where a socket listens.
Result<Address> address_of(int socket) {
  Address address;
  address.size = sizeof address.storage;
  int listens = 0, type = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 ||
      ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
      ::getsockname(socket, address.generic(), &address.size) != 0)
    return Error(Code::io, "a socket that was passed on cannot be used: " + system_message(errno));
  const int family = address.storage.ss_family;
  if (listens == 0 || type != SOCK_STREAM || (family != AF_INET && family != AF_INET6 && family != AF_UNIX))
    return Error(
        Code::invalid_argument,
        "a socket that was passed on is not a listening TCP or Unix stream socket (ListenStream= in its "
        "unit, and Accept=no)");
  return address;
}

ClientKey client_of(Address& address) {
  if (address.storage.ss_family == AF_INET) {
    // No IPv6 address that begins so is a client's.
    return std::uint64_t{0xFFFFFFFF} << 32 | ntohl(address.v4().sin_addr.s_addr);
  }
  ClientKey network = 0;
  std::memcpy(&network, &address.v6().sin6_addr, sizeof network);
  return network == kNobody ? 1 : network;  // "::1", which is somebody
}

}  // namespace

SocketFile::~SocketFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<ListenGroup> listen_on(const ListenAddress& wanted, unsigned threads, int backlog) {
  const bool is_file = wanted.host.starts_with(kUnixPrefix);
  Result<ListenGroup> group =
      is_file ? listen_on_file(wanted.host.substr(kUnixPrefix.size()), backlog) : ListenGroup{};
  if (!group) return std::move(group).error().within("cannot listen on " + wanted.host);
  group->asked = group->actual = wanted;
  if (is_file) return group;
  Result<Address> address = parse_address(wanted.host);
  if (!address) return std::move(address).error();
  address->set_port(wanted.port);
  if (Status filled = fill_group(*address, threads, backlog, *group); !filled)
    return std::move(filled).error().within("cannot listen on " + wanted.host + " port " +
                                            std::to_string(wanted.port));
  return group;
}

Result<ListenGroup> adopt_socket(UniqueFd socket) {
  Result<Address> address = address_of(socket.get());
  if (!address) return std::move(address).error();
  if (const int flags = ::fcntl(socket.get(), F_GETFL);
      flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0)
    return Error(Code::io, "a socket that was passed on cannot be used: " + system_message(errno));
  ListenGroup group;
  if (address->storage.ss_family == AF_UNIX) {
    group.actual = {std::string(kUnixPrefix) + reinterpret_cast<sockaddr_un&>(address->storage).sun_path, 0};
  } else {
    switch_on(socket.get(), IPPROTO_TCP, TCP_NODELAY);
    group.actual = {host_of(*address), address->port()};
  }
  group.asked = group.actual;
  group.shared = group.lives_on = true;
  group.sockets.push_back(std::move(socket));
  return group;
}

Status add_sockets(ListenGroup& group, unsigned threads, int backlog) {
  if (group.shared || group.sockets.size() >= threads) return {};
  Result<Address> address = address_of(group.sockets.front().get());
  while (address && group.sockets.size() < threads) {
    Result<UniqueFd> socket = listen_at(*address, backlog);
    if (!socket) return std::move(socket).error();
    group.sockets.push_back(std::move(*socket));
  }
  return address ? Status() : Status(address.error());
}

bool stop_new_connections(int listening_socket) {
  // Offset 13 of the TCP header holds the flags: drop what has SYN (0x02) without ACK (0x10).
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),          BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  return ::setsockopt(listening_socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

int accept_connection(int listening_socket, Peer& peer) {
  Address address;
  address.size = sizeof address.storage;
  const int connection =
      ::accept4(listening_socket, address.generic(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection < 0) return connection;
  if (address.storage.ss_family != AF_UNIX) {
    peer = {to_text(address), client_of(address)};
    return connection;
  }
  std::optional<std::string> trusted = trusted_peer(connection);
  if (!trusted) {
    ::close(connection);
    errno = EACCES;
    return -1;
  }
  peer = {std::move(*trusted), kNobody};
  return connection;
}

}  // namespace slipway::http
