// Messages (worker/message.hpp) between the host and a child of it, one a packet, perhaps with a descriptor;
// when the other process ends, however it ends, this end says so.
#pragma once

#include <utility>

#include "base/packet_socket.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "worker/message.hpp"

namespace slipway::worker {

class Channel {
 public:
  explicit Channel(UniqueFd socket) : socket_(std::move(socket)) {}
  explicit Channel(PacketSocket socket) : socket_(std::move(socket)) {}

  // Two ends that are connected, neither inherited by what the process executes.
  static Result<std::pair<Channel, Channel>> pair();

  // Waits while the other side has not read what was sent before.
  Status send(const Message& message, int descriptor = -1);
  // The same, but drops the message where it would have to wait.  [any]
  void send_or_drop(const Message& message);

  struct Received {
    Message message;
    UniqueFd descriptor;  // not valid where none came
  };
  // Waits for one. Code::unavailable: the other end is closed.
  Result<Received> receive();

  int descriptor() const { return socket_.descriptor(); }

 private:
  PacketSocket socket_;
};

}  // namespace slipway::worker
