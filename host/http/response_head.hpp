// The bytes in front of a response's body.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace slipway::http {

// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", made anew once a second.
class DateLine {
 public:
  std::string_view at(Nanoseconds monotonic_time);

 private:
  Nanoseconds valid_until_ = 0;
  char text_[48] = {};
  std::size_t size_ = 0;
};

struct ResponseHead {
  int status;
  bool http_1_0;
  bool close;
  std::string_view content_type;
  std::string_view header_lines;
  std::string_view request_id;
  std::string_view date_line;
  std::size_t content_length;
};

void append_response_head(const ResponseHead& head, std::string& out);

// 1xx, 204 and 304 have no body, whatever a handler wrote.
bool status_has_body(int status);

}  // namespace slipway::http
