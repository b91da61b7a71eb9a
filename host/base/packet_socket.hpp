// A connection between two processes of one machine that carries packets, and open files beside them.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway {

class PacketSocket {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{64} << 10;  // in one packet
  static constexpr std::size_t kMostFiles = 128;                    // beside one

  explicit PacketSocket(UniqueFd socket) : socket_(std::move(socket)) {}

  // To a PacketListener. The error of nobody listening is Code::not_found; who listens must be this user, or
  // root.
  static Result<PacketSocket> connect(const std::string& path);

  // Waits while the other side has not read what was sent before.
  Status send(std::string_view packet, const std::vector<UniqueFd>& files = {});

  struct Packet {
    std::string bytes;
    std::vector<UniqueFd> files;
  };
  // Waits for one. Code::unavailable: the other end is closed.
  Result<Packet> receive();

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
