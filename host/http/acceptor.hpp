// Accepts connections for all threads of a server from sockets that there are only one of, and deals them out
// in turn.
#pragma once

#include <poll.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/bell.hpp"
#include "base/unique_fd.hpp"
#include "http/accepted.hpp"

namespace slipway::http {

// A thread of its own. If each event loop waited for the same socket, every connection would wake all of them
// for one to get it: EPOLLEXCLUSIVE is no way out with Asio, which registers descriptors itself, and would
// give most connections to one thread. Dealing costs one wake-up a connection, and none a request.
class Acceptor {
 public:
  struct Socket {
    UniqueFd descriptor;
    bool lives_on = false;  // its queue is left to another process
  };
  using Deal = std::function<void(Accepted)>;  // must not throw

  static Result<std::unique_ptr<Acceptor>> create(std::vector<Socket> sockets, Deal deal);

  // `at_end` is called by the thread when it has dealt out its last connection.
  void start(std::function<void()> at_end);
  // [any thread] Ends soon, after what waits in the queues that nobody else has. `handed_over`: all live on.
  void finish(bool handed_over) noexcept;
  void join();

  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }  // [any thread]

 private:
  Acceptor(std::vector<Socket> sockets, Deal deal, Bell bell);
  void run();
  void wait_until(Nanoseconds deadline);
  void accept_all();
  void accept_from(Socket& socket);
  void empty_queues();

  std::vector<Socket> sockets_;
  std::vector<pollfd> wanted_;  // the bell and the sockets
  const Deal deal_;
  const Bell bell_;
  std::function<void()> at_end_;
  std::atomic<bool> finishing_{false};
  std::atomic<bool> handed_over_{false};
  std::atomic<std::uint64_t> failures_{0};
  bool paused_ = false;  // out of descriptors or memory: the sockets stay readable
  std::thread thread_;
};

}  // namespace slipway::http
