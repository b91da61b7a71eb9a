#include "http/problem.hpp"

#include <array>
#include <charconv>
#include <new>

#include "base/json_text.hpp"
#include "base/utf8.hpp"

namespace slipway::http {
namespace {

void append_text(std::string_view text, PaddedBuffer& out) {
  std::size_t wrong = find_invalid_utf8(text);
  if (wrong == kValidUtf8) return append_json_string(text, out);
  PaddedBuffer mended(text);
  while (wrong != kValidUtf8) {
    mended.data()[wrong] = '?';
    wrong = find_invalid_utf8(mended.view());
  }
  append_json_string(mended.view(), out);
}

void append_member(std::string_view name_with_comma, std::string_view text, PaddedBuffer& out) {
  out.append(name_with_comma);
  append_text(text, out);
}

void append_errors(std::span<const ProblemItem> errors, PaddedBuffer& out) {
  out.append(",\"errors\":[");
  for (std::size_t i = 0; i < errors.size(); ++i) {
    append_member(i == 0 ? "{\"pointer\":" : ",{\"pointer\":", errors[i].pointer, out);
    append_member(",\"keyword\":", errors[i].keyword, out);
    append_member(",\"message\":", errors[i].message, out);
    out.append("}");
  }
  out.append("]");
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

void append_problem(const Problem& problem, std::string_view request_id, PaddedBuffer& out) {
  std::array<char, 12> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), problem.status);
  append_member("{\"type\":", problem.type, out);
  append_member(",\"title\":", problem.title.empty() ? reason_phrase(problem.status) : problem.title, out);
  out.append(",\"status\":");
  out.append({digits.data(), static_cast<std::size_t>(written.ptr - digits.data())});
  append_member(",\"detail\":", problem.detail, out);
  append_member(",\"request_id\":", request_id, out);
  if (!problem.errors.empty()) append_errors(problem.errors, out);
  out.append("}\n");
}

void answer_problem(Exchange& exchange, const Problem& problem) noexcept {
  Response& response = exchange.response();
  response.set_status(problem.status);
  response.set_static_body({});
  try {
    response.body().clear();
    append_problem(problem, exchange.request().request_id(), response.body());
    response.set_content_type("application/problem+json");
    response.clear_static_body();
  } catch (const std::bad_alloc&) {
    response.set_content_type({});
  }
}

}  // namespace slipway::http
