#include "http/session.hpp"

#include <sys/socket.h>

#include <exception>
#include <new>
#include <utility>

#include "http/serving_thread.hpp"

namespace slipway::http {
namespace {

constexpr unsigned kReadAtOnce = 3;            // parts of a body, before other connections have their turn
constexpr std::size_t kReadAhead = 64 * 1024;  // pipelined bytes taken in while an answer is being made
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Session::Session(ServingThread& thread, UniqueFd connection, std::unique_ptr<TlsStream> tls, std::string peer,
                 ConnectionSlot slot)
    : thread_(thread),
      descriptor_(thread.loop(), std::move(connection), *this),
      tls_(std::move(tls)),
      peer_(std::move(peer)),
      slot_(std::move(slot)),
      exchange_(thread.index()),
      parser_(thread.limits(), exchange_.request_) {
  exchange_.request_.peer_ = peer_;
  exchange_.request_.body_budget_ = &thread.bodies();
}

void Session::start(Taken taken) noexcept {
  try {
    live(taken);
  } catch (const std::bad_alloc&) {  // there is no frame for the coroutine
    end(taken);
  }
}

void Session::Until::await_suspend(std::coroutine_handle<> waiter) const noexcept {
  session.wanted_ = events;
  session.waiter_ = waiter;
}

void Session::signal(unsigned events) noexcept {
  happened_ |= events;
  if (waiter_ && (wanted_ & events) != 0) std::exchange(waiter_, {}).resume();
}

void Session::on_ready(Ready what) noexcept {
  if (tls_ != nullptr)
    signal(kReadable | kWritable);  // TLS may have waited for one on behalf of the other
  else
    signal(what == Ready::read ? kReadable : kWritable);
}

void Session::release_memory() {
  exchange_.request_.release_memory();
  exchange_.response_.release_memory();
  std::string().swap(out_);
  std::string().swap(kept_input_);
  input_ = {};
  holds_memory_ = false;
}

void Session::on_drain(Nanoseconds idle_until) noexcept {
  if (waits_for_ == Stage::idle && timeout_at_ > idle_until) timeout_at_ = idle_until;
}

Life Session::live(Taken taken) {
  try {
    if (tls_ != nullptr && !co_await shake_hands()) {
      // It ends.
    } else if (taken != Taken::yes) {
      refuse_connection(taken);
    } else {
      while (co_await serve()) {
      }
    }
    if (!gone_ && co_await flush()) co_await linger();
  } catch (const std::exception&) {
    // Out of memory: this connection ends, the others go on.
  }
  if (gone_ && waits_for_ == Stage::none) thread_.counters().disconnects.add();
  end(taken);
}

// One request, from its first byte to its answer. False: the connection ends once the output is written.
Step Session::serve() {
  if (!co_await receive_request()) co_return false;
  handle();
  while (exchange_.deferred_ != nullptr)
    if (!co_await settle_deferred()) co_return false;
  if (!queue_answer()) co_return false;
  const std::size_t most = thread_.limits().max_pipelined;
  ++served_in_turn_;
  const bool more_to_gather = !input_.empty() && tail_.empty() && gathered_ < most;
  if (more_to_gather) co_return true;
  if (send() != Sent::all && !co_await flush()) co_return false;
  if (!input_.empty() && served_in_turn_ >= most) co_return co_await give_turn();
  co_return true;
}

// Lets the thread look at its other connections: one that pipelines must not hold them up for long. It goes
// on once the client can take more answers.
Step Session::give_turn() {
  keep_input();
  wait_at_most(thread_.limits().write_timeout);
  served_in_turn_ = 0;
  co_return co_await writable();
}

Step Session::writable() {
  happened_ &= ~kWritable;
  descriptor_.wait(send_waits_for_);
  co_await until(kWritable | kTimeout | kForce);
  if (happened(kTimeout)) thread_.counters().timeouts.add();
  if (happened(kTimeout | kForce)) gone_ = true;
  co_return !gone_;
}

void Session::handle() {
  thread_.counters().requests.add();
  name_request();
  thread_.handler().handle(exchange_);
}

void Session::name_request() {
  Request& request = exchange_.request_;
  if (!request.request_id_.empty()) return;
  const std::string_view made = thread_.request_ids().next();
  request.request_id_ = {request.own_id_.data(), made.copy(request.own_id_.data(), request.own_id_.size())};
}

void Session::begin_request() {
  parser_.reset();
  exchange_.response_.clear();
}

Step Session::receive_request() {
  begin_request();
  Stage stage = Stage::idle;
  RequestParser::Progress progress{};
  while (true) {
    if (!input_.empty() && exchange_.request_.arrived_ == 0) exchange_.request_.arrived_ = received_at_;
    if (!parse(progress)) co_return false;
    switch (progress) {
      case RequestParser::Progress::complete:
        if (!count_body(waits_for_ == Stage::body)) co_return false;
        waits_for_ = Stage::none;
        timeout_at_ = 0;
        holds_memory_ = true;
        co_return true;
      case RequestParser::Progress::refused:
        if (parser_.refusal().of_coding) exchange_.response_.add_header("Accept-Encoding", "gzip");
        refuse(parser_.refusal().status, parser_.refusal().detail);
        co_return false;
      case RequestParser::Progress::have_head:
        stage = Stage::body;
        body_began_ = !input_.empty();
        break;
      case RequestParser::Progress::need_more:
        if (stage == Stage::idle && !input_.empty()) stage = Stage::head;
        if (stage == Stage::body && waits_for_ != stage && !ask_for_body()) co_return false;
        if (!count_body(stage == Stage::body)) co_return false;
        if (!co_await receive_more(stage)) co_return false;
        break;
    }
  }
}

// False: nobody wants the body, and it is refused.
bool Session::ask_for_body() {
  name_request();
  if (!thread_.handler().wants_body(exchange_)) {
    exchange_.response_.close_connection();
    input_ = {};
    queue_answer();
    return false;
  }
  if (parser_.expects_continue() && !body_began_) out_.append(kContinue);
  return true;
}

// Writes what there is and waits for more of a request. Each stage has a time of its own, which its bytes do
// not prolong.
Step Session::receive_more(Stage stage) {
  if (has_output() && send() != Sent::all && !co_await flush()) co_return false;
  if (waits_for_ != stage) begin_stage(stage);
  if (stage == Stage::body && filled_buffer_ && read_at_once_ < kReadAtOnce) {
    // The next part lies there already, most likely.
    ++read_at_once_;
    keep_input();
    const Received received = receive();
    if (received == Received::closed) gone_ = true;
    if (received != Received::nothing) co_return !gone_;
  }
  read_at_once_ = 0;
  while (true) {
    keep_input();
    wait_readable();
    co_await until(kReadable | kTimeout | kForce);
    if (happened(kForce)) {
      gone_ = true;
      co_return false;
    }
    const bool late = happened(kTimeout);
    const Received received = late || happened(kReadable) ? receive() : Received::nothing;
    if (received == Received::bytes && !(late && stage != Stage::idle)) co_return true;
    if (received == Received::closed) {
      gone_ = true;
      co_return false;
    }
    if (late) co_return timed_out(stage);
  }
}

Step Session::settle_deferred() {
  const std::shared_ptr<Deferred> answer = std::move(exchange_.deferred_);
  if (answer->wait_for_completion(*this, thread_.wakes()))
    thread_.watch_deadline(*this, exchange_.deadline_);
  else
    happened_ |= kCompleted;
  bool expired = false;
  try {
    keep_input();
    if (has_output() && send() != Sent::all && !co_await flush()) gone_ = true;
  } catch (const std::bad_alloc&) {
    gone_ = true;
  }
  while (!happened(kCompleted)) {
    if ((gone_ || expired) && answer->settle()) break;
    // If settle() said no, complete() came first and its wake-up is on its way: nothing else matters until
    // then.
    const bool settled = gone_ || expired;
    const bool listens = !settled && input_.size() < kReadAhead;
    if (listens) wait_readable();
    co_await until(settled ? kCompleted : kCompleted | kDeadline | kForce | (listens ? kReadable : 0u));
    expired = happened(kDeadline);
    if (happened(kForce) || (happened(kReadable) && !read_ahead())) gone_ = true;
  }
  thread_.forget_deadline(*this);
  const bool completed = happened(kCompleted);
  happened_ &= ~(kCompleted | kDeadline);
  if (gone_) {
    answer->abandon();
    co_return false;
  }
  if (completed) {
    answer->state_.store(Deferred::kFree, std::memory_order_relaxed);
    answer->finish(exchange_);
  } else {
    answer->expire(exchange_);
  }
  co_return true;
}

// Writes all that is queued, for as long as the client may take.
Step Session::flush() {
  wait_at_most(thread_.limits().write_timeout);
  while (true) {
    const Sent sent = send();
    if (sent == Sent::all) break;
    if (sent == Sent::failed) gone_ = true;
    if (gone_) co_return false;
    keep_input();
    if (!co_await writable()) co_return false;
  }
  timeout_at_ = 0;
  waits_for_ = Stage::none;
  co_return true;
}

// Ends our direction and waits for the client to end its own: closing at once, with bytes unread, would make
// the kernel send a reset that can destroy the answer before the client has read it.
Step Session::linger() {
  input_ = {};
  if (tls_ != nullptr) tls_->say_end();
  ::shutdown(descriptor_.get(), SHUT_WR);
  wait_at_most(thread_.limits().linger_timeout);
  waits_for_ = Stage::none;
  while (!happened(kTimeout | kForce)) {
    wait_readable();
    co_await until(kReadable | kTimeout | kForce);
    if (happened(kReadable) && receive() == Received::closed) break;
    input_ = {};
  }
  co_return true;
}

void Session::end(Taken taken) noexcept {
  if (exchange_.deferred_ != nullptr) exchange_.deferred_->abandon();
  exchange_.deferred_.reset();
  thread_.forget_deadline(*this);
  if (tls_ != nullptr) {
    tls_->say_end();
    tls_.reset();
  }
  descriptor_.close();
  slot_.release();
  finished_ = true;
  thread_.on_session_end(taken != Taken::yes);
}

}  // namespace slipway::http
