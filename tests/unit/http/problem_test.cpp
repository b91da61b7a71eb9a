#include "http/problem.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::http;

TEST_CASE("problem details have their members in order") {
  PaddedBuffer out;
  const ProblemItem items[] = {{"/a~1b", "type", "must be a \"string\""}, {"", "required", "x"}};
  append_problem({.status = 422, .detail = "no", .type = "urn:x", .title = "T", .errors = items}, "id-1",
                 out);
  CHECK(
      out.view() ==
      R"({"type":"urn:x","title":"T","status":422,"detail":"no","request_id":"id-1","errors":[)"
      R"({"pointer":"/a~1b","keyword":"type","message":"must be a \"string\""},{"pointer":"","keyword":"required","message":"x"}]})"
      "\n");
}

TEST_CASE("the title is the status's phrase, and there are no empty errors") {
  PaddedBuffer out;
  append_problem({.status = 404, .detail = "d"}, "", out);
  CHECK(out.view() ==
        "{\"type\":\"about:blank\",\"title\":\"Not "
        "Found\",\"status\":404,\"detail\":\"d\",\"request_id\":\"\"}\n");
}

TEST_CASE("bytes that are not UTF-8 do not reach the answer") {
  PaddedBuffer out;
  append_problem({.status = 400, .detail = "a\xFF\xC3z\xE2\x82\xAC"}, "", out);
  CHECK(out.view().find("a??z\xE2\x82\xAC") != std::string_view::npos);
}

TEST_CASE("a problem replaces what a handler had begun") {
  Exchange exchange(0);
  exchange.response().body().append("half an answer");
  exchange.response().set_static_body("static");
  exchange.response().add_header("Retry-After", "1");
  answer_problem(exchange, {.status = 503, .detail = "busy"});
  CHECK(exchange.response().status() == 503);
  CHECK(exchange.response().content_type() == "application/problem+json");
  CHECK(exchange.response().payload().starts_with("{\"type\""));
  CHECK(exchange.response().header_lines() == "Retry-After: 1\r\n");
}

TEST_CASE("a header's value cannot end its line") {
  Exchange exchange(0);
  Response& response = exchange.response();
  CHECK_FALSE(response.add_header("X", "a\r\nSet-Cookie: b"));
  CHECK_FALSE(response.add_header("X", std::string_view("a\0b", 3)));
  CHECK_FALSE(response.add_header("X Y", "a"));
  CHECK_FALSE(response.add_header("", "a"));
  CHECK(response.add_header("X-Y", "a\tb \xC3\xBC"));
  CHECK(response.header_lines() == "X-Y: a\tb \xC3\xBC\r\n");
}
