// An HTTP/1.1 server: N threads that share nothing but the port, each with its own event loop and listening
// sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/handler.hpp"
#include "http/limits.hpp"

namespace slipway::http {

struct ListenAddress {
  std::string host = "127.0.0.1";  // an IPv4 or IPv6 address ("::1", "::", "0.0.0.0"), not a name; "::" is
                                   // IPv6 alone; or "unix:PATH", see listen_on()
  std::uint16_t port = 8080;       // 0: any free one, see Server::port()
};

struct ServerOptions {
  std::vector<ListenAddress> listen{ListenAddress{}};
  unsigned threads = 1;
  int backlog = 1024;  // connections that wait to be accepted, per thread and address
  Limits limits;
  // While draining: how long a connection without a request in progress stays open, so that a request already
  // on its way is answered (with "Connection: close") and not lost.
  Nanoseconds drain_idle_grace = kSecond;
  // What each serving thread does when it is nudged; it is given its number. Must not throw.
  std::function<void(unsigned thread)> on_nudge;
};

struct ServerStats {
  std::uint64_t connections = 0;          // accepted since the start, refused ones included
  std::uint64_t connections_open = 0;     // now
  std::uint64_t connections_refused = 0;  // over max_connections, or over those of one client
  std::uint64_t connections_evicted = 0;  // idle ones that were closed to make room
  std::uint64_t requests = 0;             // handed to the handler
  std::uint64_t protocol_errors = 0;      // answered 4xx or 5xx by the session itself, timeouts included
  std::uint64_t timeouts = 0;             // slow headers, bodies and readers; not idle connections
  std::uint64_t disconnects = 0;          // clients that went away while an answer was being made or sent
  std::uint64_t bodies_refused = 0;       // there was no memory left for another body
  std::uint64_t body_bytes = 0;           // that large bodies hold now
  std::uint64_t accept_failures = 0;      // no descriptor or memory for another connection
};

class Server {
 public:
  // Listens on every address and starts the threads. `handler` must outlive the server. An address that
  // another program listens on, also with SO_REUSEPORT, is an error.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler& handler);

  // Forces down what is left: as stop_accepting_and_drain(now) and join().
  ~Server();

  std::uint16_t port(std::size_t listen_index = 0) const;

  // [any thread] Returns at once; join() waits for the end. Connections that wait to be accepted are served,
  // then the listening sockets are closed. Requests received so far are answered, the last on each connection
  // with "Connection: close". At `deadline` (CLOCK_MONOTONIC) deferred answers are abandoned and all
  // connections closed. A later call can only bring the deadline forward.
  void stop_accepting_and_drain(Nanoseconds deadline);

  // [any thread] Every serving thread calls on_nudge soon, though it may be idle; once for several nudges
  // that come together.
  void nudge();

  // Until all threads have ended. Any one thread at a time; again is harmless.
  void join();

  // [any thread] Each number is right, the set is not one moment's.
  ServerStats stats() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace slipway::http
