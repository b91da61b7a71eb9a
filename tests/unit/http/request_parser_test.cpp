#include "http/request_parser.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::http;

namespace {

struct Parsed {
  int status = 0;  // of the refusal; 0: taken
  std::string detail;
  std::string body;
  bool complete = false;
  bool keep_alive = false;
};

// Feeds `text` in pieces of `piece` bytes, keeping what the parser leaves as a session does.
Parsed parse(std::string_view text, std::size_t piece, const Limits& limits = {}, Request* keep = nullptr) {
  Request own;
  Request& request = keep != nullptr ? *keep : own;
  RequestParser parser(limits, request);
  std::string left;
  while (true) {
    std::string_view input = left;
    const auto progress = parser.feed(input);
    left.erase(0, left.size() - input.size());
    if (progress == RequestParser::Progress::complete)
      return {0, "", std::string(request.body().view()), true, parser.keep_alive()};
    if (progress == RequestParser::Progress::refused)
      return {parser.refusal().status, parser.refusal().detail, "", false, false};
    if (progress == RequestParser::Progress::have_head) continue;
    if (text.empty()) return {};
    left += text.substr(0, piece);
    text.remove_prefix(std::min(piece, text.size()));
  }
}

int status_of(std::string_view text, const Limits& limits = {}) {
  const Parsed whole = parse(text, text.size(), limits);
  for (const std::size_t piece : {1u, 2u, 3u, 7u}) {
    const Parsed pieces = parse(text, piece, limits);
    CHECK(pieces.status == whole.status);
    CHECK(pieces.body == whole.body);
    CHECK(pieces.complete == whole.complete);
  }
  if (whole.status == 0 && !whole.complete) return -1;
  return whole.status;
}

const std::string kStart = "POST /a HTTP/1.1\r\nHost: x\r\n";

}  // namespace

TEST_CASE("a request's parts are read") {
  Request request;
  const Parsed parsed = parse(
      "POST /models/gr%C3%BCn/predict?x=1&y=%2F HTTP/1.1\r\nHost: example:8080\r\nX-Thing: \t some value \r\n"
      "x-request-id: abc-1\r\nContent-Length: 5\r\n\r\nhello",
      4096, {}, &request);
  REQUIRE(parsed.complete);
  CHECK(parsed.keep_alive);
  CHECK(request.method() == Method::post);
  CHECK(request.method_text() == "POST");
  CHECK(request.target() == "/models/gr%C3%BCn/predict?x=1&y=%2F");
  CHECK(request.path() == "/models/gr\xC3\xBCn/predict");
  CHECK(request.query() == "x=1&y=%2F");
  CHECK(request.header("X-THING") == "some value");
  CHECK(request.header("host") == "example:8080");
  CHECK_FALSE(request.header("missing").has_value());
  CHECK(request.request_id() == "abc-1");
  CHECK(request.body().view() == "hello");
}

TEST_CASE("well-formed requests are taken whatever the pieces they come in") {
  CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == 0);
  CHECK(status_of("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n") == 0);
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
  CHECK(status_of("BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n") == 0);
  CHECK(status_of("POST /a HTTP/1.1\r\nHost: x\r\n\r\n") == 0);
  CHECK(status_of("GET http://example/a?b HTTP/1.1\r\nHost: example\r\n\r\n") == 0);
  CHECK(status_of("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n") == 0);
  CHECK(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n") == 0);
  CHECK(status_of(kStart + "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n") == 0);
  CHECK(status_of(
            kStart +
            "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n") ==
        0);
}

TEST_CASE("chunks are joined, and trailers do not become headers") {
  Request request;
  const Parsed parsed = parse(
      kStart +
          "Transfer-Encoding: chunked\r\n\r\n3;q=\"x\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Late: x\r\n\r\n",
      5, {}, &request);
  CHECK(parsed.body == "abc0123456789");
  CHECK_FALSE(request.header("x-late").has_value());
}

TEST_CASE("what can be read in two ways is refused") {
  for (const char* const headers : {"Content-Length: 5\r\nContent-Length: 6\r\n",
                                    "Content-Length: 5\r\nContent-Length: 5\r\n",
                                    "Content-Length: 5, 5\r\n",
                                    "Content-Length: +5\r\n",
                                    "Content-Length: 0x5\r\n",
                                    "Content-Length: \r\n",
                                    "Content-Length: -1\r\n",
                                    "Content-Length: 5 5\r\n",
                                    "Content-Length: 99999999999999999999999\r\n",
                                    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                    "Transfer-Encoding : chunked\r\n",
                                    "X: a\r\n b\r\n",
                                    "X:\r\n b\r\n",
                                    "X:\r\n\tb\r\n",
                                    " X: a\r\n",
                                    "X : a\r\n",
                                    ": a\r\n",
                                    "X\r\n",
                                    "X: a\rb\r\n",
                                    "X: a\nY: b\r\n",
                                    "X: a\x01z\r\n",
                                    "X: a\x7F\r\n",
                                    "X\x80: a\r\n",
                                    "Host: y\r\n"}) {
    CAPTURE(headers);
    CHECK(status_of(kStart + headers + "\r\nhello world, hello") == 400);
  }
  CHECK(status_of(kStart + std::string("X: a\0b\r\n\r\n", 11)) == 400);
  CHECK(status_of("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
}

TEST_CASE("malformed request lines are refused") {
  for (const char* line :
       {"\r\n\r\nGET / HTTP/1.1\r\n", "GET /\r\n", "GET  / HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n",
        "GET / http/1.1\r\n", "GET /a b HTTP/1.1\r\n", "GET\t/ HTTP/1.1\r\n", "G{T / HTTP/1.1\r\n",
        " GET / HTTP/1.1\r\n", "GET / HTTP/1.1\n", "GET / HTTP/11\r\n", "/ HTTP/1.1\r\n",
        "GET a HTTP/1.1\r\n", "GET //../a HTTP/1.1\r\n", "GET /%zz HTTP/1.1\r\n", "\x16\x03\x01\r\n"}) {
    CAPTURE(line);
    CHECK(status_of(std::string(line) + "Host: x\r\n\r\n") == 400);
  }
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);  // no Host
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == 400);
}

TEST_CASE("each other kind of refusal has its status") {
  CHECK(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n") == 505);
  CHECK(status_of("GET / HTTP/1.2\r\nHost: x\r\n\r\n") == 505);
  CHECK(status_of("GET / HTTP/0.9\r\nHost: x\r\n\r\n") == 505);
  CHECK(status_of(kStart + "Transfer-Encoding: gzip, chunked\r\n\r\n") == 501);
  CHECK(status_of(kStart + "Transfer-Encoding: identity\r\n\r\n") == 501);
  CHECK(status_of(kStart + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n") == 417);
  CHECK(status_of(kStart + "Content-Type: application/json\r\n\r\n") == 411);
  CHECK(status_of("POST /a HTTP/1.0\r\n\r\n") == 411);
}

TEST_CASE("sizes are bounded") {
  Limits limits;
  limits.max_header_bytes = 1000;
  limits.max_target_bytes = 200;
  limits.max_headers = 5;
  limits.max_body_bytes = 10;
  const std::string start = "POST /a HTTP/1.1\r\nHost: x\r\n";
  CHECK(status_of("GET /" + std::string(300, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", limits) == 414);
  CHECK(status_of("GET /" + std::string(3000, 'a'), limits) == 414);
  CHECK(status_of(start + "X: " + std::string(1000, 'a') + "\r\n\r\n", limits) == 431);
  CHECK(status_of(start + "X: " + std::string(1000, 'a'), limits) == 431);
  CHECK(status_of(start + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n", limits) == 0);
  CHECK(status_of(start + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\n\r\n", limits) == 431);
  CHECK(status_of(start + "Content-Length: 10\r\n\r\n0123456789", limits) == 0);
  CHECK(status_of(start + "Content-Length: 11\r\n\r\n01234567890", limits) == 413);
  CHECK(status_of(start + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n4\r\n0123\r\n0\r\n\r\n",
                  limits) == 0);
  CHECK(status_of(start + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n01234\r\n0\r\n\r\n",
                  limits) == 413);
  CHECK(status_of(start + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(5000, 'a'), limits) == 431);
  CHECK(status_of(start + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(5000, 'a'), limits) ==
        431);
}

TEST_CASE("bad chunks are refused") {
  const std::string start = kStart + "Transfer-Encoding: chunked\r\n\r\n";
  for (const char* chunks :
       {"x\r\n", "\r\n", "1 \r\na\r\n", "0\r\nX\r\n", "0\r\n X: y\r\n", "0\r\nX : y\r\n", "0\r\nX: y\n",
        "1;a\x01\r\na\r\n", "-1\r\na\r\n", "+1\r\na\r\n", "0x1\r\na\r\n", " 1\r\na\r\n", "1\na\r\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n", "1 x\r\na\r\n", "1;\r\na\r\n", "1;=\r\na\r\n"}) {
    CAPTURE(chunks);
    CHECK(status_of(start + chunks + "0\r\n\r\n") == 400);
  }
  for (const char* size : {"1000001\r\n", "FFFFFFFFFFFFFFF\r\n", "FFFFFFFFFFFFFFFF\r\n",
                           "10000000000000000\r\n", "0000000000000000\r\n"})
    CHECK(status_of(start + size) == 413);
  CHECK(status_of(start + "1\r\na\r\n0\r\n") == -1);  // needs more
}

TEST_CASE("chunks of one byte are taken, a flood of extensions among them is not") {
  Limits limits;
  limits.max_body_bytes = 100'000;
  const std::string start = kStart + "Transfer-Encoding: chunked\r\n\r\n";
  std::string tiny, flood;
  for (int i = 0; i < 20'000; ++i) tiny += "1\r\na\r\n";
  for (int i = 0; i < 1000; ++i) flood += "1;a=" + std::string(60, 'b') + "\r\na\r\n";
  CHECK(parse(start + tiny + "0\r\n\r\n", 4096, limits).complete);
  CHECK(parse(start + flood, 4096, limits).status == 431);
  CHECK(parse(start + flood, 7, limits).status == 431);
}

TEST_CASE("keep-alive follows version and Connection") {
  const auto keeps = [](std::string_view text) { return parse(text, 4096).keep_alive; };
  CHECK(keeps("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  CHECK(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST_CASE("only decent request IDs are kept") {
  const auto id = [](const std::string& value) {
    Request request;
    parse("GET / HTTP/1.1\r\nHost: x\r\nX-Request-ID: " + value + "\r\n\r\n", 4096, {}, &request);
    return std::string(request.request_id());
  };
  CHECK(id("a-B_7/~") == "a-B_7/~");
  CHECK(id(std::string(128, 'a')) == std::string(128, 'a'));
  CHECK(id(std::string(129, 'a')) == "");
  CHECK(id("") == "");
  CHECK(id("a b") == "");
  CHECK(id("gr\xC3\xBCn") == "");
}

TEST_CASE("a refusal says what and where") {
  CHECK(parse(kStart + "A: 1\r\nB : 1\r\n\r\n", 4096).detail.find("header field 3") != std::string::npos);
  CHECK(parse("GET /a\x01 HTTP/1.1\r\n\r\n", 4096).detail.find("request line") != std::string::npos);
}

TEST_CASE("requests in a row are told apart") {
  Request request;
  const Limits limits;
  RequestParser parser(limits, request);
  std::string_view input =
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\nHost: x\r\n\r\nrest";
  CHECK(parser.feed(input) == RequestParser::Progress::have_head);
  CHECK(parser.feed(input) == RequestParser::Progress::complete);
  CHECK(request.body().view() == "ab");
  parser.reset();
  CHECK(parser.feed(input) == RequestParser::Progress::complete);
  CHECK(request.path() == "/2");
  CHECK(request.body().empty());
  CHECK(input == "rest");
}
