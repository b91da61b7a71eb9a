#include "http/response_head.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "http/problem.hpp"

namespace slipway::http {
namespace {

void append_number(std::size_t number, std::string& out) {
  std::array<char, 24> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), written.ptr);
}

void append_status_line(int status, std::string& out) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(static_cast<std::size_t>(status), out);
  out.append(" ").append(reason_phrase(status)).append("\r\n");
}

}  // namespace

std::string_view DateLine::at(Nanoseconds monotonic_time) {
  if (monotonic_time < valid_until_) return {text_, size_};
  std::timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const int length = std::snprintf(text_, sizeof text_, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                                   kDays[parts.tm_wday], parts.tm_mday, kMonths[parts.tm_mon],
                                   parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  size_ = length > 0 ? std::min(static_cast<std::size_t>(length), sizeof text_ - 1) : 0;
  valid_until_ = monotonic_time + kSecond - now.tv_nsec;
  return {text_, size_};
}

void append_response_head(const ResponseHead& head, std::string& out) {
  append_status_line(head.status, out);
  out.append(head.date_line);
  if (!head.content_type.empty()) out.append("Content-Type: ").append(head.content_type).append("\r\n");
  if (status_has_body(head.status)) {
    out.append("Content-Length: ");
    append_number(head.content_length, out);
    out.append("\r\n");
  }
  out.append("X-Request-Id: ").append(head.request_id).append("\r\n");
  out.append(head.header_lines);
  if (head.close) out.append("Connection: close\r\n");
  if (head.http_1_0 && !head.close) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

bool status_has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace slipway::http
