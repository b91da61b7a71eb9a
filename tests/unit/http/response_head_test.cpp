#include "http/response_head.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "http/request_id.hpp"

using namespace slipway;
using namespace slipway::http;

TEST_CASE("a response's head") {
  std::string out;
  append_response_head({.status = 200,
                        .http_1_0 = false,
                        .close = false,
                        .content_type = "application/json",
                        .header_lines = "X: y\r\n",
                        .request_id = "id",
                        .date_line = "Date: now\r\n",
                        .content_length = 12},
                       out);
  CHECK(out ==
        "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: application/json\r\nContent-Length: "
        "12\r\nX-Request-Id: id\r\nX: y\r\n\r\n");
}

TEST_CASE("a head without a body, and for HTTP/1.0") {
  std::string out;
  ResponseHead head{.status = 204,
                    .http_1_0 = true,
                    .close = false,
                    .content_type = {},
                    .header_lines = {},
                    .request_id = "id",
                    .date_line = {},
                    .content_length = 0};
  append_response_head(head, out);
  CHECK(out == "HTTP/1.1 204 No Content\r\nX-Request-Id: id\r\nConnection: keep-alive\r\n\r\n");
  out.clear();
  head.close = true;
  head.status = 299;
  append_response_head(head, out);
  CHECK(out == "HTTP/1.1 299 Unknown\r\nContent-Length: 0\r\nX-Request-Id: id\r\nConnection: close\r\n\r\n");
}

TEST_CASE("the date is in the one form that HTTP allows, and kept for its second") {
  DateLine date;
  const std::string line(date.at(1));
  CHECK(line.size() == 37);
  CHECK(line.ends_with(" GMT\r\n"));
  CHECK(date.at(1).data() == date.at(1).data());
}

TEST_CASE("request IDs are 32 hexadecimal digits and differ") {
  RequestIds ids, others;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    seen.emplace(ids.next());
    seen.emplace(others.next());
  }
  CHECK(seen.size() == 2000);
  for (const std::string& id : seen)
    CHECK((id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos));
}
