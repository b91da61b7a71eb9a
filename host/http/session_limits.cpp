// What a session holds its client to: times, rates and memory.
#include <new>

#include "http/serving_thread.hpp"
#include "http/session.hpp"

namespace slipway::http {
namespace {

constexpr Nanoseconds kIdleMemory = kSecond;  // an idle connection keeps its buffers for that long

}  // namespace

void Session::on_tick(Nanoseconds now) noexcept {
  if (finished_) return;
  if (waits_for_ == Stage::idle && holds_memory_ && now - idle_since_ > kIdleMemory) release_memory();
  if (waits_for_ == Stage::body && now >= window_ends_) watch_rate(now);
  if (timeout_at_ == 0 || now < timeout_at_) return;
  timeout_at_ = 0;
  signal(kTimeout);
}

// Looked at anew in each window: who sends fast at first must not hold the memory for long afterwards.
void Session::watch_rate(Nanoseconds now) {
  const Limits& limits = thread_.limits();
  const double seconds = static_cast<double>(limits.body_rate_window) / static_cast<double>(kSecond);
  too_slow_ = static_cast<double>(window_bytes_) < static_cast<double>(limits.body_rate) * seconds;
  if (too_slow_) timeout_at_ = now;
  window_bytes_ = 0;
  window_ends_ = now + limits.body_rate_window;
}

bool Session::evict() noexcept {
  if (!is_idle()) return false;
  evicted_ = true;
  signal(kTimeout);
  evicted_ = false;
  return finished_;
}

void Session::refuse_connection(Taken taken) {
  begin_request();
  exchange_.response_.add_header("Retry-After", "1");
  if (taken == Taken::all_taken)
    refuse(503, "this server has as many connections as it takes; try again in a moment");
  else
    refuse(429, "this address has as many connections as one client may have; use those there are");
}

// A body that came whole with its head counts only if it is large, see BodyBudget.
bool Session::count_body(bool waits) {
  Request& request = exchange_.request_;
  if ((!waits && request.body().size() <= BodyShare::kGrain) || request.count_body()) return true;
  refuse_for_memory();
  return false;
}

// Where the system has no memory for what has come, the answer needs much less of it.
bool Session::parse(RequestParser::Progress& progress) {
  try {
    progress = parser_.feed(input_);
    return true;
  } catch (const std::bad_alloc&) {
    exchange_.request_.body().shrink(0);
    refuse_for_memory();
    return false;
  }
}

void Session::refuse_for_memory() {
  thread_.counters().bodies_refused.add();
  exchange_.response_.add_header("Retry-After", "1");
  refuse(503, "this server has no memory left for another large body; try again in a moment");
}

void Session::begin_stage(Stage stage) {
  waits_for_ = stage;
  idle_since_ = thread_.coarse_now();
  const Limits& limits = thread_.limits();
  wait_at_most(stage == Stage::head ? limits.header_timeout : limits.body_timeout);
  if (stage == Stage::idle) timeout_at_ = thread_.idle_until();
  window_ends_ = idle_since_ + limits.body_rate_window;
  window_bytes_ = 0;
}

// An idle connection is closed without a word; one that is slow is told so.
bool Session::timed_out(Stage stage) {
  if (stage == Stage::idle) {
    closing_ = true;
    gone_ = evicted_;  // its place is needed now
    return false;
  }
  thread_.counters().timeouts.add();
  refuse(408, stage == Stage::head ? "the request line and headers took too long to arrive"
              : too_slow_          ? "the request's body came too slowly"
                                   : "the request's body took too long to arrive");
  return false;
}

void Session::wait_at_most(Nanoseconds time) noexcept {
  happened_ &= ~kTimeout;
  timeout_at_ = thread_.coarse_now() + time;
}

}  // namespace slipway::http
