// One end of a pair of sockets between two processes: what is sent arrives as one packet or not at all,
// perhaps with a descriptor, and the end of the other process, however it ends, is seen here.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::worker {

class PacketSocket {
 public:
  explicit PacketSocket(UniqueFd socket) : socket_(std::move(socket)) {}

  // Two ends that are connected, neither inherited by what the process executes.
  static Result<std::pair<PacketSocket, PacketSocket>> pair();

  // The parts, one behind the other. Waits while the other side has not read what was sent before.
  // Code::unavailable: the other end is closed.
  Status send(std::span<const iovec> parts, int descriptor = -1) const;
  // The same, but drops the packet where it would have to wait.
  void send_or_drop(std::span<const iovec> parts) const;

  // Waits for a packet and writes it to `buffer`; how long it is: of one that is longer than the buffer only
  // the beginning is there. Code::unavailable: the other end is closed; Code::deadline_exceeded: see
  // set_patience().
  Result<std::size_t> receive(std::span<std::byte> buffer, UniqueFd& descriptor) const;

  // How long receive() waits from now on.
  Status set_patience(Nanoseconds time) const;
  // To the other side it looks as if this process had ended.
  void close() { socket_.reset(); }

  int descriptor() const { return socket_.get(); }

 private:
  UniqueFd socket_;
};

}  // namespace slipway::worker
