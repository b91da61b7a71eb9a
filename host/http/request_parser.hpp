// Bytes of a connection to requests: Boost.Beast's parser for heads, with our own flat storage and stricter
// rules. Whatever could be read in two ways (conflicting lengths, folded lines, bare line feeds) is refused.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/body_reader.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/refusal.hpp"

namespace slipway::http {

class RequestParser {
 public:
  enum class Progress { need_more, have_head, complete, refused };

  // Both must outlive the parser. May throw std::bad_alloc, as feed() may.
  RequestParser(const Limits& limits, Request& request);
  ~RequestParser();

  // Makes ready for the next request and clears the old one.
  void reset();

  // Takes what it can from the front of `input`. Bytes that it leaves there come first in the next call's
  // input. Stops once behind a head that a body follows (have_head), and behind each request (complete).
  Progress feed(std::string_view& input);

  const Refusal& refusal() const { return refusal_; }

  // Valid once the head was read.
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }

 private:
  class Reader;
  enum class HeadEnd { missing, found, bare_line_feed };
  enum class Stage { head, body };

  Progress feed_head(std::string_view& input);
  Progress feed_body(std::string_view& input);
  Progress read_head();
  Progress begin_body(std::size_t length);
  bool accept_head();
  bool accept_host();
  bool accept_length();
  HeadEnd find_head_end(std::string_view input);
  Progress refuse_target();
  Progress refuse(int status, std::string detail);

  const Limits& limits_;
  Request& request_;
  std::unique_ptr<Reader> reader_;
  BodyReader body_;
  Refusal refusal_;
  Stage stage_ = Stage::head;
  std::size_t scanned_ = 0;       // bytes of the head that were searched for its end
  std::size_t line_start_ = 0;    // in them: the line that was reached
  std::size_t request_line_ = 0;  // in them: the first line's length
  bool passed_empty_line_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
};

}  // namespace slipway::http
