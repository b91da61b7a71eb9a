#include "http/acceptor.hpp"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <limits>

#include "http/listen_socket.hpp"

namespace slipway::http {
namespace {

constexpr Nanoseconds kForGood = std::numeric_limits<Nanoseconds>::max();
constexpr Nanoseconds kPause = 100 * kMillisecond;
constexpr int kAcceptsPerTurn = 64;

bool is_want_of_means(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

timespec to_timespec(Nanoseconds time) {
  return {static_cast<time_t>(time / kSecond), static_cast<long>(time % kSecond)};
}

}  // namespace

Acceptor::Acceptor(std::vector<Socket> sockets, Deal deal, Bell bell)
    : sockets_(std::move(sockets)), deal_(std::move(deal)), bell_(std::move(bell)) {
  wanted_.push_back({bell_.descriptor(), POLLIN, 0});
  for (const Socket& each : sockets_) wanted_.push_back({each.descriptor.get(), POLLIN, 0});
}

Result<std::unique_ptr<Acceptor>> Acceptor::create(std::vector<Socket> sockets, Deal deal) {
  Result<Bell> bell = Bell::create();
  if (!bell) return std::move(bell).error();
  return std::unique_ptr<Acceptor>(new Acceptor(std::move(sockets), std::move(deal), std::move(*bell)));
}

void Acceptor::start(std::function<void()> at_end) {
  at_end_ = std::move(at_end);
  thread_ = std::thread(&Acceptor::run, this);
  pthread_setname_np(thread_.native_handle(), "http-accept");
}

void Acceptor::finish(bool handed_over) noexcept {
  if (handed_over) handed_over_.store(true);
  finishing_.store(true);
  bell_.ring();
}

void Acceptor::join() {
  if (thread_.joinable()) thread_.join();
}

void Acceptor::run() {
  while (!finishing_.load()) {
    wait_until(paused_ ? monotonic_now() + kPause : kForGood);
    if (!finishing_.load()) accept_all();
  }
  if (!handed_over_.load()) empty_queues();
  sockets_.clear();
  at_end_();
}

// For a connection, or the bell; while paused for the bell alone.
void Acceptor::wait_until(Nanoseconds deadline) {
  const timespec timeout = to_timespec(std::max<Nanoseconds>(deadline - monotonic_now(), 0));
  ::ppoll(wanted_.data(), paused_ ? 1 : wanted_.size(), deadline == kForGood ? nullptr : &timeout, nullptr);
}

void Acceptor::accept_all() {
  paused_ = false;
  for (Socket& each : sockets_) accept_from(each);
}

void Acceptor::accept_from(Socket& socket) {
  for (int i = 0; i < kAcceptsPerTurn || finishing_.load(); ++i) {
    Accepted accepted;
    try {
      accepted.connection = UniqueFd(accept_connection(socket.descriptor.get(), accepted.peer));
    } catch (const std::exception&) {
      failures_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const int why = errno;
    if (accepted.connection.valid()) {
      deal_(std::move(accepted));
      continue;
    }
    if (why == EAGAIN || why == EWOULDBLOCK) return;
    if (!is_want_of_means(why)) continue;  // about one connection, which failed before it was accepted
    failures_.fetch_add(1, std::memory_order_relaxed);
    paused_ = true;
    return;
  }
}

// Closing a socket drops its queue. No connection begins any more, and those whose handshake is under way get
// a moment to come.
void Acceptor::empty_queues() {
  std::erase_if(sockets_, [](const Socket& each) { return each.lives_on; });
  if (sockets_.empty()) return;
  wanted_.resize(1);
  for (const Socket& each : sockets_) wanted_.push_back({each.descriptor.get(), POLLIN, 0});
  bool quiet = true;
  for (const Socket& each : sockets_) quiet = stop_new_connections(each.descriptor.get()) && quiet;
  const Nanoseconds end = monotonic_now() + (quiet ? kHandshakeGrace : 0);
  do {
    bell_.clear();
    accept_all();
    wait_until(end);
  } while (monotonic_now() < end);
  accept_all();
}

}  // namespace slipway::http
