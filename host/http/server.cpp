#include "http/server.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/file.hpp"
#include "http/acceptor.hpp"
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
  Impl(const ServerOptions& options, Handler& handler, std::vector<ListenGroup> handed)
      : shared(handler, options), groups(std::move(handed)) {}

  Status listen();
  Status make_threads();
  Status spread(std::vector<std::vector<ServingThread::Listening>>& by_thread);
  void start_threads();
  void drain(Nanoseconds deadline, bool handed_over);
  void drain_threads();

  ServerShared shared;
  std::vector<ListenGroup> groups;
  std::mutex groups_mutex;             // of the groups' sockets, once there are threads
  std::unique_ptr<Acceptor> acceptor;  // null: each thread has sockets of its own
  std::vector<std::unique_ptr<ServingThread>> serving;
  std::vector<std::thread> threads;
  std::atomic<unsigned> next_dealt{0};
  std::atomic<bool> dealt_out{false};  // no connection comes from the acceptor any more
  std::atomic<bool> handed_over{false};
  std::atomic<Nanoseconds> drain_deadline{std::numeric_limits<Nanoseconds>::max()};
};

Status Server::Impl::listen() {
  const ServerOptions& options = shared.options;
  for (ListenGroup& group : groups)
    if (Status added = add_sockets(group, options.threads, options.backlog); !added) return added;
  for (const ListenAddress& address : options.listen) {
    Result<ListenGroup> group = listen_on(address, options.threads, options.backlog);
    if (!group) return std::move(group).error();
    groups.push_back(std::move(*group));
  }
  if (groups.empty()) return {Code::invalid_argument, "no address to listen on"};
  return {};
}

// Duplicates, so that the groups can be handed over to another process.
Status Server::Impl::spread(std::vector<std::vector<ServingThread::Listening>>& by_thread) {
  std::vector<Acceptor::Socket> dealt;
  for (const ListenGroup& group : groups) {
    for (std::size_t i = 0; i < group.sockets.size(); ++i) {
      UniqueFd socket = duplicate(group.sockets[i]);
      if (!socket.valid()) return {Code::io, "cannot listen: " + system_message(errno)};
      if (group.shared && by_thread.size() > 1)
        dealt.push_back({std::move(socket), group.lives_on});
      else
        by_thread[i % by_thread.size()].push_back({std::move(socket), group.lives_on});
    }
  }
  dealt_out = dealt.empty();
  if (dealt.empty()) return {};
  Result<std::unique_ptr<Acceptor>> made = Acceptor::create(std::move(dealt), [this](Accepted accepted) {
    serving[next_dealt.fetch_add(1, std::memory_order_relaxed) % serving.size()]->take(std::move(accepted));
  });
  if (!made) return std::move(made).error();
  acceptor = std::move(*made);
  return {};
}

Status Server::Impl::make_threads() {
  std::vector<std::vector<ServingThread::Listening>> listening(shared.options.threads);
  if (Status spread_out = spread(listening); !spread_out) return spread_out;
  for (unsigned i = 0; i < shared.options.threads; ++i) {
    Result<std::shared_ptr<WakeQueue>> wakes = WakeQueue::create();
    if (!wakes) return std::move(wakes).error();
    serving.push_back(std::make_unique<ServingThread>(shared, i, std::move(listening[i]), std::move(*wakes)));
  }
  return {};
}

void Server::Impl::start_threads() {
  const WithoutSignals quiet;
  // First: without it those that run already would not be told to end.
  if (acceptor != nullptr) {
    acceptor->start([this] {
      dealt_out.store(true);
      drain_threads();
    });
  }
  for (const auto& one : serving) {
    threads.emplace_back([thread = one.get()] { thread->run(); });
    pthread_setname_np(threads.back().native_handle(), ("http-" + std::to_string(one->index())).c_str());
  }
}

// The threads begin to drain when they have been dealt their last connection.
void Server::Impl::drain(Nanoseconds deadline, bool handed_over_now) {
  Nanoseconds before = drain_deadline.load();
  while (deadline < before && !drain_deadline.compare_exchange_weak(before, deadline)) {
  }
  if (handed_over_now) handed_over.store(true);
  {
    const std::lock_guard lock(groups_mutex);
    for (ListenGroup& group : groups) {
      group.sockets.clear();
      if (handed_over_now && group.file) group.file->leave();
    }
  }
  if (acceptor != nullptr) acceptor->finish(handed_over_now);
  if (dealt_out.load()) drain_threads();
}

void Server::Impl::drain_threads() {
  for (const auto& thread : serving) thread->drain(drain_deadline.load(), handed_over.load());
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler& handler,
                                              std::vector<ListenGroup> handed) {
  if (Status valid = check(options); !valid) return std::move(valid).error();
  try {
    auto impl = std::make_unique<Impl>(options, handler, std::move(handed));
    if (Status listening = impl->listen(); !listening) return std::move(listening).error();
    if (Status made = impl->make_threads(); !made) return std::move(made).error();
    std::unique_ptr<Server> server(new Server(std::move(impl)));
    try {
      server->impl_->start_threads();
    } catch (const std::exception&) {
      // Those that came from another process are that one's still.
      server->hand_over_and_drain(monotonic_now());
      throw;
    }
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

std::vector<ListenAddress> Server::listening() const {
  std::vector<ListenAddress> all;
  for (const ListenGroup& group : impl_->groups) all.push_back(group.actual);
  return all;
}

void Server::stop_accepting_and_drain(Nanoseconds deadline) {
  impl_->drain(deadline, false);
}

void Server::hand_over_and_drain(Nanoseconds deadline) {
  impl_->drain(deadline, true);
}

Result<std::vector<ListenGroup>> Server::duplicate_groups() const {
  const std::lock_guard lock(impl_->groups_mutex);
  std::vector<ListenGroup> all;
  for (const ListenGroup& group : impl_->groups) {
    ListenGroup& copy = all.emplace_back();
    copy.shared = group.shared;
    copy.lives_on = group.lives_on;
    copy.asked = group.asked;
    copy.actual = group.actual;
    for (const UniqueFd& each : group.sockets) {
      copy.sockets.push_back(duplicate(each));
      if (!copy.sockets.back().valid())
        return Error(Code::io, "cannot hand a listening socket over: " + system_message(errno));
    }
  }
  return all;
}

void Server::nudge() {
  for (const auto& thread : impl_->serving) thread->nudge();
}

void Server::join() {
  if (impl_->acceptor != nullptr) impl_->acceptor->join();
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
    stats.handshake_failures += counters.handshake_failures.get();
  }
  if (impl_->acceptor != nullptr) stats.accept_failures += impl_->acceptor->failures();
  stats.body_bytes = impl_->shared.bodies.held();
  // A connection may have come and gone between two of the reads above.
  stats.connections_open = stats.connections > closed ? stats.connections - closed : 0;
  return stats;
}

}  // namespace slipway::http
