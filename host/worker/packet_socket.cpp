#include "worker/packet_socket.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.hpp"

namespace slipway::worker {
namespace {

Error gone() {
  return {Code::unavailable, "the other process has closed its end of the channel"};
}

// Room for one descriptor beside a packet.
union Control {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

void attach(int descriptor, Control& control, msghdr& header) {
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  cmsghdr* const part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
}

UniqueFd detach(msghdr& header) {
  const cmsghdr* const part = CMSG_FIRSTHDR(&header);
  if (part == nullptr || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS ||
      part->cmsg_len != CMSG_LEN(sizeof(int)))
    return UniqueFd();
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(part), sizeof descriptor);
  return UniqueFd(descriptor);
}

ssize_t transmit(int socket, std::span<const iovec> parts, int descriptor, int flags) {
  Control control{};
  msghdr header{};
  header.msg_iov = const_cast<iovec*>(parts.data());
  header.msg_iovlen = parts.size();
  if (descriptor >= 0) attach(descriptor, control, header);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &header, flags | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

}  // namespace

Result<std::pair<PacketSocket, PacketSocket>> PacketSocket::pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return Error(Code::io, "cannot make a channel: " + system_message(errno));
  return std::pair(PacketSocket(UniqueFd(ends[0])), PacketSocket(UniqueFd(ends[1])));
}

Status PacketSocket::send(std::span<const iovec> parts, int descriptor) const {
  if (transmit(socket_.get(), parts, descriptor, 0) >= 0) return {};
  if (errno == EPIPE || errno == ECONNRESET) return gone();
  return Error(Code::io, "cannot send to the other process: " + system_message(errno));
}

void PacketSocket::send_or_drop(std::span<const iovec> parts) const {
  (void)transmit(socket_.get(), parts, -1, MSG_DONTWAIT);
}

Result<std::size_t> PacketSocket::receive(std::span<std::byte> buffer, UniqueFd& descriptor) const {
  iovec part{buffer.data(), buffer.size()};
  Control control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC | MSG_TRUNC);
  } while (got < 0 && errno == EINTR);
  if (got == 0 || (got < 0 && errno == ECONNRESET)) return gone();
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return Error(Code::deadline_exceeded, "the other process is silent");
  if (got < 0) return Error(Code::io, "cannot receive from the other process: " + system_message(errno));
  descriptor = detach(header);
  return static_cast<std::size_t>(got);
}

Status PacketSocket::set_patience(Nanoseconds time) const {
  timeval value{};
  value.tv_sec = time / kSecond;
  value.tv_usec = time % kSecond / kMicrosecond;
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value) != 0)
    return Error(Code::io, "cannot set a channel up: " + system_message(errno));
  return {};
}

}  // namespace slipway::worker
