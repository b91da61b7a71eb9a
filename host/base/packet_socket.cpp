#include "base/packet_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/file.hpp"

namespace slipway {
namespace {

constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(int) * PacketSocket::kMostFiles);

// Room for the descriptors beside a packet.
struct alignas(cmsghdr) Control {
  std::array<char, kControlBytes> bytes{};
};

Error gone() {
  return {Code::unavailable, "the other process has closed its end of the connection"};
}

void attach(std::span<const int> files, Control& control, msghdr& header) {
  const std::size_t size = files.size_bytes();
  header.msg_control = control.bytes.data();
  header.msg_controllen = CMSG_SPACE(size);
  cmsghdr* const part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(size);
  std::memcpy(CMSG_DATA(part), files.data(), size);
}

// False, with errno, where it was not sent.
bool transmit(int socket, std::span<const iovec> parts, std::span<const int> files, int flags) {
  Control control;
  msghdr header{};
  header.msg_iov = const_cast<iovec*>(parts.data());
  header.msg_iovlen = parts.size();
  if (!files.empty()) attach(files, control, header);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &header, flags | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

Error not_sent() {
  if (errno == EPIPE || errno == ECONNRESET) return gone();
  return {Code::io, "cannot send to the other process: " + system_message(errno)};
}

std::vector<UniqueFd> detach(msghdr& header) {
  std::vector<UniqueFd> files;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof descriptor, sizeof descriptor);
      files.emplace_back(descriptor);
    }
  }
  return files;
}

struct Collected {
  std::size_t size;  // of the packet
  bool whole;
  std::vector<UniqueFd> files;
};

Result<Collected> collect(int socket, std::span<std::byte> buffer) {
  iovec part{buffer.data(), buffer.size()};
  Control control;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_TRUNC);
  } while (got < 0 && errno == EINTR);
  if (got == 0 || (got < 0 && errno == ECONNRESET)) return gone();
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return Error(Code::deadline_exceeded, "the other process is silent");
  if (got < 0) return Error(Code::io, "cannot receive from the other process: " + system_message(errno));
  const bool whole = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  return Collected{static_cast<std::size_t>(got), whole, detach(header)};
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return Error(Code::invalid_argument, "a socket's path has 1 to " +
                                             std::to_string(sizeof address.sun_path - 1) + " bytes: " + path);
  path.copy(address.sun_path, path.size());
  return address;
}

// The process at the other end, if it is this user's or root's.
std::optional<pid_t> trusted_peer(const UniqueFd& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  if (peer.uid != 0 && peer.uid != ::geteuid()) return std::nullopt;
  return peer.pid;
}

Result<UniqueFd> connected(const sockaddr_un& address) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (socket.valid() &&
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return socket;
  const bool nobody = errno == ENOENT || errno == ECONNREFUSED;
  return Error(nobody ? Code::not_found : Code::io,
               "cannot connect to " + std::string(address.sun_path) + ": " + system_message(errno));
}

}  // namespace

Result<PacketSocket> PacketSocket::connect(const std::string& path) {
  const Result<sockaddr_un> address = address_of(path);
  if (!address) return address.error();
  Result<UniqueFd> socket = connected(*address);
  if (!socket) return std::move(socket).error();
  if (!trusted_peer(*socket)) return Error(Code::failed_precondition, "another user listens on " + path);
  return PacketSocket(std::move(*socket));
}

Status PacketSocket::send(std::string_view packet, const std::vector<UniqueFd>& files) {
  if (packet.empty() || packet.size() > kMostBytes || files.size() > kMostFiles)
    return {Code::limit_exceeded, "a packet is empty, or has too many bytes or files"};
  std::array<int, kMostFiles> descriptors{};
  for (std::size_t i = 0; i < files.size(); ++i) descriptors[i] = files[i].get();
  const iovec part{const_cast<char*>(packet.data()), packet.size()};
  if (transmit(socket_.get(), {&part, 1}, {descriptors.data(), files.size()}, 0)) return {};
  return not_sent();
}

Status PacketSocket::send(std::span<const iovec> parts, int file) const {
  const std::span<const int> files(&file, file < 0 ? 0 : 1);
  if (transmit(socket_.get(), parts, files, 0)) return {};
  return not_sent();
}

void PacketSocket::send_or_drop(std::span<const iovec> parts) const {
  (void)transmit(socket_.get(), parts, {}, MSG_DONTWAIT);
}

Result<PacketSocket::Packet> PacketSocket::receive() {
  Packet packet;
  packet.bytes.resize(kMostBytes);
  Result<Collected> got =
      collect(socket_.get(), std::as_writable_bytes(std::span(packet.bytes.data(), packet.bytes.size())));
  if (!got) return std::move(got).error();
  if (!got->whole)
    return Error(Code::limit_exceeded,
                 "a packet did not come whole: too long, or no descriptors are left here");
  packet.files = std::move(got->files);
  packet.bytes.resize(got->size);
  return packet;
}

Result<std::size_t> PacketSocket::receive(std::span<std::byte> buffer, UniqueFd& file) const {
  Result<Collected> got = collect(socket_.get(), buffer);
  if (!got) return std::move(got).error();
  if (got->files.size() == 1) file = std::move(got->files.front());
  return got->size;
}

Status PacketSocket::set_patience(Nanoseconds time) const {
  timeval value{};
  value.tv_sec = time / kSecond;
  value.tv_usec = time % kSecond / kMicrosecond;
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value) != 0)
    return Error(Code::io, "cannot set a connection up: " + system_message(errno));
  return {};
}

Result<std::pair<PacketSocket, PacketSocket>> PacketSocket::pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return Error(Code::io, "cannot make a connection: " + system_message(errno));
  return std::pair(PacketSocket(UniqueFd(ends[0])), PacketSocket(UniqueFd(ends[1])));
}

Result<PacketListener> PacketListener::listen(const std::string& path) {
  const Result<sockaddr_un> address = address_of(path);
  if (!address) return address.error();
  if (connected(*address)) return Error(Code::already_exists, "another process listens on " + path);
  ::unlink(path.c_str());
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // The mode comes before it listens: nobody can have connected.
  if (!socket.valid() ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(socket.get(), 4) != 0)
    return Error(Code::io, "cannot listen on " + path + ": " + system_message(errno));
  return PacketListener(std::move(socket), path);
}

Result<PacketListener::Accepted> PacketListener::accept() {
  UniqueFd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket.valid()) return Error(Code::io, "nobody could be accepted: " + system_message(errno));
  const std::optional<pid_t> process = trusted_peer(socket);
  if (!process) return Error(Code::failed_precondition, "another user's process has connected");
  return Accepted{PacketSocket(std::move(socket)), *process};
}

void PacketListener::close() {
  if (!socket_.valid()) return;
  ::unlink(path_.c_str());
  socket_.reset();
}

}  // namespace slipway
