#include "worker/channel.hpp"

#include <sys/socket.h>

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

}  // namespace

Result<std::pair<Channel, Channel>> Channel::pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return Error(Code::io, "cannot make a channel: " + system_message(errno));
  return std::pair(Channel(UniqueFd(ends[0])), Channel(UniqueFd(ends[1])));
}

Status Channel::send(const Message& message, int descriptor) {
  std::string packet = encode(message);
  iovec part{packet.data(), packet.size()};
  Control control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (descriptor >= 0) attach(descriptor, control, header);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return {};
  if (errno == EPIPE || errno == ECONNRESET) return gone();
  return Error(Code::io, "cannot send to the other process: " + system_message(errno));
}

Result<Channel::Received> Channel::receive() {
  // One byte more than a message may have: a longer packet, which the kernel would cut, is seen to be one.
  std::string packet(kMostMessage + 1, '\0');
  iovec part{packet.data(), packet.size()};
  Control control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got == 0 || (got < 0 && errno == ECONNRESET)) return gone();
  if (got < 0) return Error(Code::io, "cannot receive from the other process: " + system_message(errno));
  UniqueFd descriptor = detach(header);
  Result<Message> message = decode(std::string_view(packet).substr(0, static_cast<std::size_t>(got)));
  if (!message) return std::move(message).error();
  return Received{std::move(*message), std::move(descriptor)};
}

}  // namespace slipway::worker
