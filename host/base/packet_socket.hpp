// A connection between two processes of one machine that carries packets, and open files beside them.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway {

// What is sent arrives as one packet or not at all, and the end of the other process, however it ends, is
// seen here. Where a function may be called by several threads at once, it is const.
class PacketSocket {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{64} << 10;  // in one packet
  static constexpr std::size_t kMostFiles = 128;                    // beside one

  explicit PacketSocket(UniqueFd socket) : socket_(std::move(socket)) {}

  // To a PacketListener. The error of nobody listening is Code::not_found; who listens must be this user, or
  // root.
  static Result<PacketSocket> connect(const std::string& path);

  // Two ends that are connected, neither inherited by what the process executes.
  static Result<std::pair<PacketSocket, PacketSocket>> pair();

  // Waits while the other side has not read what was sent before. Code::unavailable: the other end is closed.
  Status send(std::string_view packet, const std::vector<UniqueFd>& files = {});
  // The parts, one behind the other, and perhaps one file. Allocates nothing.
  Status send(std::span<const iovec> parts, int file = -1) const;
  // The same, but drops the packet where it would have to wait.
  void send_or_drop(std::span<const iovec> parts) const;

  struct Packet {
    std::string bytes;
    std::vector<UniqueFd> files;
  };
  // Waits for one. Code::unavailable: the other end is closed.
  Result<Packet> receive();
  // The same into `buffer`, and how long the packet is: of one that is longer only the beginning is there.
  // Allocates nothing where no file comes. Code::deadline_exceeded: see set_patience().
  Result<std::size_t> receive(std::span<std::byte> buffer, UniqueFd& file) const;

  // How long receive() waits from now on.
  Status set_patience(Nanoseconds time) const;
  // To the other side it looks as if this process had ended.
  void close() { socket_.reset(); }

  int descriptor() const { return socket_.get(); }

 private:
  UniqueFd socket_;
};

// A socket's file, 0600, gone with the object. One left behind by a process that has died is replaced.
class PacketListener {
 public:
  static Result<PacketListener> listen(const std::string& path);
  PacketListener(PacketListener&& other) noexcept
      : socket_(std::move(other.socket_)), path_(std::exchange(other.path_, {})) {}
  PacketListener& operator=(PacketListener&&) = delete;
  ~PacketListener() { close(); }

  struct Accepted {
    PacketSocket socket;
    pid_t process = 0;
  };
  // One that waits. The error: there is none, or it is neither this user's nor root's and was closed.
  Result<Accepted> accept();

  void close();
  int descriptor() const { return socket_.get(); }

 private:
  PacketListener(UniqueFd socket, std::string path) : socket_(std::move(socket)), path_(std::move(path)) {}

  UniqueFd socket_;
  std::string path_;
};

}  // namespace slipway
