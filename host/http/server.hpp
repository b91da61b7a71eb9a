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
#include "http/listen_socket.hpp"
#include "http/tls.hpp"

namespace slipway::http {

struct ServerOptions {
  std::vector<ListenAddress> listen{ListenAddress{}};
  unsigned threads = 1;
  int backlog = 1024;  // connections that wait to be accepted, per thread and address
  Limits limits;
  // While draining: how long a connection without a request in progress stays open, so that a request already
  // on its way is answered (with "Connection: close") and not lost.
  Nanoseconds drain_idle_grace = kSecond;
  // What all connections speak; null: plain HTTP. Must outlive the server.
  TlsContext* tls = nullptr;
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
  std::uint64_t handshake_failures = 0;   // connections that ended before TLS was agreed on
};

class Server {
 public:
  // Listens on every address, takes what listens already, and starts the threads. `handler` must outlive the
  // server. An address that another program listens on, also with SO_REUSEPORT, is an error.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler& handler,
                                               std::vector<ListenGroup> handed = {});

  // Forces down what is left: as stop_accepting_and_drain(now) and join().
  ~Server();

  // Where it listens: first what it was handed, then the options' addresses in their order.
  std::vector<ListenAddress> listening() const;
  std::uint16_t port(std::size_t listen_index = 0) const { return listening()[listen_index].port; }

  // [any thread] Returns at once; join() waits for the end. Connections that wait to be accepted are served,
  // then the listening sockets are closed; those that live on in another process are closed with what waits
  // in their queues left to that. Requests received so far are answered, the last on each connection with
  // "Connection: close". At `deadline` (CLOCK_MONOTONIC) deferred answers are abandoned and all connections
  // closed. A later call can only bring the deadline forward.
  void stop_accepting_and_drain(Nanoseconds deadline);

  // [any thread] What it listens on, for another process to go on with: the same sockets, by other
  // descriptors. Nothing once it drains.
  Result<std::vector<ListenGroup>> duplicate_groups() const;

  // [any thread] As stop_accepting_and_drain(), for a server whose sockets live on in another process: what
  // waits in their queues is left to it. Idle connections are not closed soon, but stay, for half of the time
  // at most, until their next request has been answered, with "Connection: close": no client finds its
  // connection gone.
  void hand_over_and_drain(Nanoseconds deadline);

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
