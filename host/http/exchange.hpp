// One request and its answer on one connection, and answers that are made elsewhere.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "http/message.hpp"

namespace slipway::http {

class Exchange;
class Session;
class WakeQueue;

// An answer that is made on another thread. The session holds it until exactly one of finish(), expire() and
// abandon() was called; whoever works on it holds another reference and calls complete() when the work is
// done, or never. complete() may come first, last, or at the same moment as the deadline, a disconnect or the
// end of the server.
class Deferred {
 public:
  Deferred() = default;
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;
  virtual ~Deferred() = default;

  // [any thread] The work is done: finish() follows on the serving thread, unless the answer was settled
  // before. Everything written before this call is visible in finish(). At most once per Exchange::defer();
  // may come before it.
  void complete() noexcept;

  // [any thread] True once nobody waits for the answer any more: the work may as well stop.
  bool settled_early() const noexcept { return state_.load(std::memory_order_relaxed) == kSettled; }

 protected:
  // [serving thread] complete() was called and the client still waits. Fills in the response, or defers again
  // (this object or another). An object may be deferred again, for any exchange, from finish() on.
  virtual void finish(Exchange& exchange) noexcept = 0;

  // [serving thread] The deadline passed before complete(). Fills in the response. A later complete() does
  // nothing. The object must not be deferred again.
  virtual void expire(Exchange& exchange) noexcept = 0;

  // [serving thread] The client went away, or the server is forced down: no answer can be sent. A later
  // complete() does nothing. The object must not be deferred again.
  virtual void abandon() noexcept = 0;

 private:
  friend class Session;
  friend class WakeQueue;

  enum State : std::uint8_t { kFree, kWaiting, kCompleted, kSettled };

  bool wait_for_completion(Session& owner,
                           std::shared_ptr<WakeQueue> queue) noexcept;  // false: it came already
  bool settle() noexcept;  // false: complete() came first and the wake-up is on its way

  std::atomic<State> state_{kFree};
  std::shared_ptr<WakeQueue>
      queue_;                 // written before kWaiting is published; taken by whoever ends that state
  Session* owner_ = nullptr;  // serving thread only
  Deferred* next_ = nullptr;  // the wake queue's link
};

class Exchange {
 public:
  // Made by sessions; by others only to try handlers out, with RequestParser to fill in the request.
  explicit Exchange(unsigned thread_index) : thread_index_(thread_index) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Request& request() { return request_; }
  const Request& request() const { return request_; }
  Response& response() { return response_; }

  // 0 to ServerOptions::threads - 1: the thread that serves this connection, for data that is kept apart per
  // thread.
  unsigned thread_index() const { return thread_index_; }

  // Instead of filling in the response now. Once per call of handle() or finish(). `deadline` is a point of
  // CLOCK_MONOTONIC, met to about a millisecond. Request and response stay as they are until the answer; the
  // thread that works on the answer must not touch them: expire() and abandon() can come at any moment. Swap
  // the request's body out (PaddedBuffer moves cheaply) and hand buffers back in finish().
  void defer(std::shared_ptr<Deferred> answer, Nanoseconds deadline) noexcept;

 private:
  friend class Session;

  Request request_;
  Response response_;
  std::shared_ptr<Deferred> deferred_;
  Nanoseconds deadline_ = 0;
  unsigned thread_index_;
};

}  // namespace slipway::http
