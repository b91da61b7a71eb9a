#include "http/server.hpp"

#include <pthread.h>
#include <signal.h>

#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "http/listen_socket.hpp"
#include "http/serving_thread.hpp"

namespace slipway::http {
namespace {

// Signals are the main thread's business: a thread inherits this mask.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;

 private:
  sigset_t before_;
};

Status check(const ServerOptions& options) {
  if (options.listen.empty()) return {Code::invalid_argument, "no address to listen on"};
  if (options.threads == 0 || options.threads > 1024)
    return {Code::invalid_argument, "the number of serving threads must be from 1 to 1024"};
  if (options.limits.max_connections == 0 || options.limits.max_pipelined == 0 ||
      options.limits.max_header_bytes < 256)
    return {Code::invalid_argument,
            "max_connections and max_pipelined must be at least 1, and max_header_bytes at least 256"};
  if (options.limits.all_bodies() < options.limits.max_body_bytes)
    return {Code::invalid_argument, "all bodies together must be allowed as much memory as one: " +
                                        std::to_string(options.limits.max_body_bytes) + " bytes"};
  return {};
}

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& options, Handler& handler) : shared(handler, options) {}

  Status listen();
  Status start_threads();

  ServerShared shared;
  std::vector<ListenGroup> groups;
  std::vector<std::unique_ptr<ServingThread>> serving;
  std::vector<std::thread> threads;
};

Status Server::Impl::listen() {
  const ServerOptions& options = shared.options;
  for (const ListenAddress& address : options.listen) {
    Result<ListenGroup> group = listen_on(address.host, address.port, options.threads, options.backlog);
    if (!group) return std::move(group).error();
    groups.push_back(std::move(*group));
  }
  return {};
}

Status Server::Impl::start_threads() {
  for (unsigned i = 0; i < shared.options.threads; ++i) {
    std::vector<UniqueFd> listening;
    for (ListenGroup& group : groups) listening.push_back(std::move(group.sockets[i]));
    Result<std::shared_ptr<WakeQueue>> wakes = WakeQueue::create();
    if (!wakes) return std::move(wakes).error();
    serving.push_back(std::make_unique<ServingThread>(shared, i, std::move(listening), std::move(*wakes)));
  }
  const WithoutSignals quiet;
  for (const auto& one : serving) {
    threads.emplace_back([thread = one.get()] { thread->run(); });
    pthread_setname_np(threads.back().native_handle(), ("http-" + std::to_string(one->index())).c_str());
  }
  return {};
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler& handler) {
  if (Status valid = check(options); !valid) return std::move(valid).error();
  try {
    std::unique_ptr<Server> server(new Server(std::make_unique<Impl>(options, handler)));
    if (Status listening = server->impl_->listen(); !listening) return std::move(listening).error();
    if (Status started = server->impl_->start_threads(); !started) return std::move(started).error();
    return server;
  } catch (const std::exception& error) {
    return Error(Code::internal, std::string("cannot start the HTTP server: ") + error.what());
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  stop_accepting_and_drain(monotonic_now());
  join();
}

std::uint16_t Server::port(std::size_t listen_index) const {
  return impl_->groups[listen_index].port;
}

void Server::stop_accepting_and_drain(Nanoseconds deadline) {
  for (const auto& thread : impl_->serving) thread->drain(deadline);
}

void Server::nudge() {
  for (const auto& thread : impl_->serving) thread->nudge();
}

void Server::join() {
  for (std::thread& thread : impl_->threads)
    if (thread.joinable()) thread.join();
}

ServerStats Server::stats() const {
  ServerStats stats;
  std::uint64_t closed = 0;
  for (const auto& thread : impl_->serving) {
    const ThreadCounters& counters = std::as_const(*thread).counters();
    closed += counters.closed.get();
    stats.connections += counters.connections.get();
    stats.connections_refused += counters.refused.get();
    stats.requests += counters.requests.get();
    stats.protocol_errors += counters.protocol_errors.get();
    stats.timeouts += counters.timeouts.get();
    stats.connections_evicted += counters.evicted.get();
    stats.bodies_refused += counters.bodies_refused.get();
    stats.disconnects += counters.disconnects.get();
    stats.accept_failures += counters.accept_failures.get();
  }
  stats.body_bytes = impl_->shared.bodies.held();
  // A connection may have come and gone between two of the reads above.
  stats.connections_open = stats.connections > closed ? stats.connections - closed : 0;
  return stats;
}

}  // namespace slipway::http
