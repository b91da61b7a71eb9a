// One HTTP request as the session received it, and the response a handler fills in. Both belong to their
// exchange, are used again for the connection's next request, and keep their memory: in a steady state
// nothing is allocated. Serving thread only, except where a deferred answer's owner documents otherwise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/padded_buffer.hpp"
#include "http/body_budget.hpp"

namespace slipway::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

std::string_view to_text(Method method);  // "GET", ...; "" for `other`
Method method_from_text(std::string_view text);

struct Field {
  std::string_view name;   // as it was sent: compare without regard to case
  std::string_view value;  // without the white space around it
};

// Views are valid until the exchange's answer has been sent, and the bytes do not move while an answer is
// deferred.
class Request {
 public:
  Method method() const { return method_; }
  std::string_view method_text() const { return method_text_; }

  std::string_view target() const { return target_; }  // as it was sent
  std::string_view path() const {
    return path_;
  }  // percent-decoded UTF-8 without dot segments; "*" for OPTIONS *
  std::string_view query() const { return query_; }  // behind '?', not decoded

  // The first field of that name, compared without regard to case.
  std::optional<std::string_view> header(std::string_view name) const;
  const std::vector<Field>& headers() const { return fields_; }

  PaddedBuffer& body() { return body_; }
  const PaddedBuffer& body() const { return body_; }

  // Counts the body as it is now among all bodies. False if they would have more memory than they may.
  bool count_body() noexcept {
    return body_budget_ == nullptr || body_share_.cover(*body_budget_, body_.size());
  }
  // Goes where the body goes: who swaps it out takes this along, and keeps it while the bytes are kept.
  BodyShare& body_share() { return body_share_; }

  // The caller's X-Request-Id if it is 1 to 128 visible ASCII characters, else 32 hexadecimal digits of ours.
  std::string_view request_id() const { return request_id_; }
  std::string_view peer() const { return peer_; }   // "192.0.2.1:4711", "[2001:db8::1]:4711"
  Nanoseconds arrived() const { return arrived_; }  // CLOCK_MONOTONIC, when the first byte was read
  bool http_1_0() const { return http_1_0_; }

 private:
  friend class RequestParser;
  friend class Exchange;
  friend class Session;

  void clear();  // keeps memory
  void drop_counted_body() noexcept;
  void release_memory();  // and this returns it

  std::vector<Field> fields_;
  PaddedBuffer head_;  // what the views below and in fields_ point into
  PaddedBuffer decoded_path_;
  PaddedBuffer body_;
  BodyShare body_share_;
  BodyBudget* body_budget_ = nullptr;  // null: bodies are not counted
  std::string_view method_text_, target_, path_, query_, request_id_, peer_;
  std::array<char, 32> own_id_{};  // what request_id_ points to if the caller gave none
  Nanoseconds arrived_ = 0;
  Method method_ = Method::other;
  bool http_1_0_ = false;
};

// Status 200, no body and no content type until a handler says otherwise. The session adds Content-Length,
// Date, X-Request-Id and, where the connection ends, Connection.
class Response {
 public:
  int status() const { return status_; }
  void set_status(int status) { status_ = status; }

  // `type` must live until the answer has been sent: a literal, or bytes that the exchange owns.
  void set_content_type(std::string_view type) { content_type_ = type; }
  std::string_view content_type() const { return content_type_; }

  // Appends one more header. False, and nothing is added, if the name is no token or the value has control
  // bytes: a value taken from outside can never end a line. May throw std::bad_alloc.
  bool add_header(std::string_view name, std::string_view value);
  std::string_view header_lines() const { return header_lines_.view(); }  // "Name: value\r\n" each

  PaddedBuffer& body() { return body_; }

  // Sends `bytes` instead of body(), without a copy. They must live until the answer has been sent: `owner`,
  // if given, is held until then.
  void set_static_body(std::string_view bytes, std::shared_ptr<const void> owner = {});
  void clear_static_body();  // sends body() again
  std::string_view payload() const { return has_static_body_ ? static_body_ : body_.view(); }

  void close_connection() { close_ = true; }  // after this answer
  bool closes_connection() const { return close_; }

  // Back to an empty 200; keeps memory. For handlers that give up half-way and answer an error instead.
  void clear();

 private:
  friend class Exchange;
  friend class Session;

  void release_memory();

  PaddedBuffer body_;
  PaddedBuffer header_lines_;
  std::string_view content_type_;
  std::string_view static_body_;
  std::shared_ptr<const void> static_body_owner_;
  int status_ = 200;
  bool has_static_body_ = false;
  bool close_ = false;
};

}  // namespace slipway::http
