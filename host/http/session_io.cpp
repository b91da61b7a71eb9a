// A session's bytes: what it reads from its socket, the answers it renders, and what it writes.
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include "http/problem.hpp"
#include "http/response_head.hpp"
#include "http/serving_thread.hpp"
#include "http/session.hpp"

namespace slipway::http {
namespace {

constexpr std::size_t kGatherBytes = 64 * 1024;  // beyond that, a body is written from where it lies

}  // namespace

// Makes the answer to a request that cannot be taken. The rest of the connection's bytes cannot be trusted:
// it ends.
void Session::refuse(int status, std::string_view detail) {
  thread_.counters().protocol_errors.add();
  name_request();
  answer_problem(exchange_, {.status = status, .detail = detail});
  exchange_.response_.close_connection();
  input_ = {};
  queue_answer();
}

bool Session::queue_answer() {
  const Response& response = exchange_.response_;
  const Request& request = exchange_.request_;
  closing_ = response.closes_connection() || !parser_.keep_alive() || ends_here();
  const std::string_view payload =
      status_has_body(response.status()) ? response.payload() : std::string_view();
  append_response_head({.status = response.status(),
                        .http_1_0 = request.http_1_0(),
                        .close = closing_,
                        .content_type = response.content_type(),
                        .header_lines = response.header_lines(),
                        .request_id = request.request_id(),
                        .date_line = thread_.date_line().at(thread_.coarse_now()),
                        .content_length = payload.size()},
                       out_);
  ++gathered_;
  exchange_.request_.drop_counted_body();  // a client that is slow to read must not keep it
  if (request.method() == Method::head) return !closing_;
  // What is encrypted is copied anyway, and one record is cheaper than two.
  const bool gathers = !input_.empty() || tls_ != nullptr;
  if (gathers && out_.size() + payload.size() < kGatherBytes)
    out_.append(payload);
  else
    tail_ = payload;
  return !closing_;
}

// While the server drains, the last request that has arrived is the connection's last.
bool Session::ends_here() {
  return thread_.draining() && input_.empty() && receive() != Received::bytes;
}

// Once per event, a large body's parts a few times: a connection that always has more to read waits for its
// turn.
Session::Received Session::receive() noexcept {
  happened_ &= ~kReadable;
  auto& buffer = thread_.receive_buffer();
  ssize_t got = 0;
  do
    got = tls_ != nullptr ? receive_decrypted(buffer.data(), buffer.size())
                          : ::recv(descriptor_.get(), buffer.data(), buffer.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Received::nothing;
  if (got <= 0) return Received::closed;
  received_at_ = monotonic_now();
  window_bytes_ += static_cast<std::size_t>(got);
  served_in_turn_ = 0;
  filled_buffer_ = static_cast<std::size_t>(got) == buffer.size();
  return take_in({buffer.data(), static_cast<std::size_t>(got)}) ? Received::bytes : Received::closed;
}

// A TLS connection's end may have come with its last bytes: the socket says nothing of it any more.
void Session::wait_readable() noexcept {
  if (tls_ != nullptr && tls_->ended())
    happened_ |= kReadable;
  else
    descriptor_.wait(receive_waits_for_);
}

bool Session::take_in(std::string_view bytes) noexcept {
  if (input_.empty()) {
    input_ = bytes;
    return true;
  }
  try {
    kept_input_.erase(0, static_cast<std::size_t>(input_.data() - kept_input_.data()));
    kept_input_.append(bytes);
    input_ = kept_input_;
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

// Takes in what the client sends while its answer is being made. False: it went away.
bool Session::read_ahead() noexcept {
  if (receive() == Received::closed) return false;
  try {
    keep_input();
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void Session::keep_input() {
  const char* const buffer = thread_.receive_buffer().data();
  if (input_.data() < buffer || input_.data() >= buffer + thread_.receive_buffer().size()) return;
  kept_input_.assign(input_);
  input_ = kept_input_;
}

Session::Sent Session::send() noexcept {
  while (sent_ < out_.size() + tail_.size()) {
    const std::string_view head = std::string_view(out_).substr(std::min(sent_, out_.size()));
    const std::string_view tail = tail_.substr(sent_ < out_.size() ? 0 : sent_ - out_.size());
    std::array<iovec, 2> pieces{iovec{const_cast<char*>(head.data()), head.size()},
                                iovec{const_cast<char*>(tail.data()), tail.size()}};
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const ssize_t put = tls_ != nullptr ? send_encrypted(head.empty() ? tail : head)
                                        : ::sendmsg(descriptor_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::some : Sent::failed;
    sent_ += static_cast<std::size_t>(put);
  }
  out_.clear();
  tail_ = {};
  sent_ = gathered_ = 0;
  return Sent::all;
}

}  // namespace slipway::http
