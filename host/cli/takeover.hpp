// Taking over from a host that runs: what the two processes say to each other, and the side of the new one.
//
//   new: take over        old: (lets the store go, takes no commands) group... manager, go
//   new: serving          old: (accepts no more) yours, and ends
//
// Whoever has second thoughts closes the connection. While the new one has not said `serving`, that leaves
// the old one as it was; after it, the new one is the host.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/packet_socket.hpp"
#include "base/result.hpp"
#include "http/listen_socket.hpp"

namespace slipway::cli {

constexpr Nanoseconds kMostTakeover = 600 * kSecond;  // from one word to the next

enum class TakeoverWord { take_over, group, manager, go, serving, yours, refused };

struct TakeoverMessage {
  TakeoverWord word = TakeoverWord::take_over;
  std::vector<std::string> fields;
  std::vector<UniqueFd> files;
};

Status send(PacketSocket& socket, const TakeoverMessage& message);
// Code::deadline_exceeded: none has come. Code::cancelled: `stop` has become readable (-1: nothing stops it).
Result<TakeoverMessage> receive(PacketSocket& socket, Nanoseconds deadline, int stop = -1);

// What a host hands over.
struct Handed {
  std::vector<http::ListenGroup> data;
  std::optional<http::ListenGroup> control;
  std::string notify_socket;
  Nanoseconds watchdog = 0;
};
Status send(PacketSocket& socket, const Handed& handed);  // and `go`

class Takeover {
 public:
  // Asks the host that listens on `path`, and waits until it has let go of its store. `own_manager`: this
  // process has a service manager to talk to, and is none of the old one's service.
  static Result<Takeover> begin(const std::string& path, bool own_manager);

  // What the old host has handed over, once.
  Handed take() { return std::move(handed_); }

  // This one serves: the old one is told, and has stopped accepting when this returns. The error: it has
  // given this one up and goes on by itself.
  Status conclude();

  Nanoseconds began() const { return began_; }

 private:
  Takeover(PacketSocket socket, Nanoseconds began) : socket_(std::move(socket)), began_(began) {}
  Status receive_handed();

  PacketSocket socket_;
  Nanoseconds began_;
  Handed handed_;
};

// Of what the old host listened on, what this one is to listen on; `listen` loses what is covered by it. A
// group belongs to an address as it was configured there, or as it is. `other`: the rest, which nobody
// listens on.
struct Matched {
  std::vector<http::ListenGroup> groups;
  std::vector<http::ListenAddress> other;
};
Matched match_groups(std::vector<http::ListenGroup> handed, std::vector<http::ListenAddress>& listen);

// Where a host can be taken over: `wanted` if it is not empty, else in the store, else nowhere (empty).
std::string takeover_socket(const std::string& wanted, const std::string& store);

}  // namespace slipway::cli
