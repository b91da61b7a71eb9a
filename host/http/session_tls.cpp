// A session whose bytes are encrypted on their way.
#include <algorithm>
#include <cerrno>

#include "http/serving_thread.hpp"
#include "http/session.hpp"

namespace slipway::http {
namespace {

using Outcome = TlsStream::Outcome;

Ready awaited(Outcome outcome) {
  return outcome == Outcome::wants_read ? Ready::read : Ready::write;
}

}  // namespace

// False: there is nobody that could read an answer.
Step Session::shake_hands() {
  waits_for_ = Stage::idle;  // who connects and says nothing must not keep a place from others
  wait_at_most(thread_.limits().header_timeout);
  if (thread_.draining()) timeout_at_ = std::min(timeout_at_, thread_.idle_until());
  for (Outcome outcome = tls_->handshake(); outcome != Outcome::done; outcome = tls_->handshake()) {
    happened_ &= ~(kReadable | kWritable);
    if (outcome != Outcome::ended) {
      descriptor_.wait(awaited(outcome));
      co_await until(kReadable | kWritable | kTimeout | kForce);
    }
    if (outcome != Outcome::ended && !happened(kTimeout | kForce)) continue;
    if (!evicted_) thread_.counters().handshake_failures.add();
    gone_ = true;
    co_return false;
  }
  received_at_ = monotonic_now();
  waits_for_ = Stage::none;
  timeout_at_ = 0;
  co_return true;
}

// As recv() would: -1 with EAGAIN where nothing has come.
ssize_t Session::receive_decrypted(char* to, std::size_t room) noexcept {
  const TlsStream::Progress received = tls_->receive(to, room);
  receive_waits_for_ = received.outcome == Outcome::wants_write ? Ready::write : Ready::read;
  if (received.bytes != 0) return static_cast<ssize_t>(received.bytes);
  if (received.outcome == Outcome::ended) return 0;
  errno = EAGAIN;
  return -1;
}

// As send() would.
ssize_t Session::send_encrypted(std::string_view bytes) noexcept {
  const TlsStream::Progress sent = tls_->send(bytes);
  send_waits_for_ = sent.outcome == Outcome::wants_read ? Ready::read : Ready::write;
  if (sent.bytes != 0) return static_cast<ssize_t>(sent.bytes);
  errno = sent.outcome == Outcome::ended ? EPIPE : EAGAIN;
  return -1;
}

}  // namespace slipway::http
