#include "worker/channel.hpp"

#include <string>

namespace slipway::worker {

Result<std::pair<Channel, Channel>> Channel::pair() {
  Result<std::pair<PacketSocket, PacketSocket>> ends = PacketSocket::pair();
  if (!ends) return std::move(ends).error();
  return std::pair(Channel(std::move(ends->first)), Channel(std::move(ends->second)));
}

Status Channel::send(const Message& message, int descriptor) {
  std::string packet = encode(message);
  const iovec part{packet.data(), packet.size()};
  return socket_.send({&part, 1}, descriptor);
}

void Channel::send_or_drop(const Message& message) {
  std::string packet = encode(message);
  const iovec part{packet.data(), packet.size()};
  socket_.send_or_drop({&part, 1});
}

Result<Channel::Received> Channel::receive() {
  std::string packet(kMostMessage, '\0');
  UniqueFd descriptor;
  const Result<std::size_t> size = socket_.receive(std::as_writable_bytes(std::span(packet)), descriptor);
  if (!size) return size.error();
  if (*size > packet.size()) return Error(Code::invalid_argument, "what the other process sent is too long");
  packet.resize(*size);
  Result<Message> message = decode(packet);
  if (!message) return std::move(message).error();
  return Received{std::move(*message), std::move(descriptor)};
}

}  // namespace slipway::worker
