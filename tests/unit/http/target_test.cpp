#include "http/target.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace slipway;
using slipway::http::parse_target;

namespace {

std::string path_of(std::string_view raw) {
  PaddedBuffer decoded;
  const auto target = parse_target(raw, decoded);
  return target.wrong != nullptr ? "refused: " + std::string(target.wrong) : std::string(target.path);
}

bool refused(std::string_view raw) {
  return path_of(raw).starts_with("refused");
}

}  // namespace

TEST_CASE("paths are decoded once") {
  CHECK(path_of("/") == "/");
  CHECK(path_of("/a//b/") == "/a//b/");
  CHECK(path_of("/%61%2e%2Eb/c%20d") == "/a..b/c d");
  CHECK(path_of("/%25%32%66") == "/%2f");
  CHECK(path_of("/...") == "/...");
  CHECK(path_of("/.well-known/x") == "/.well-known/x");
  CHECK(path_of("/%E2%82%AC") == "/\xE2\x82\xAC");
  CHECK(path_of("*") == "*");
}

TEST_CASE("absolute targets lose their authority") {
  CHECK(path_of("http://host:80/a/b?c") == "/a/b");
  CHECK(path_of("HTTPS://host") == "/");
  CHECK(refused("http://host?x"));
  CHECK(refused("ftp://host/"));
  CHECK(refused("host:443"));
}

TEST_CASE("queries stay as they are") {
  PaddedBuffer decoded;
  CHECK(parse_target("/a?b=%2F&c=../?", decoded).query == "b=%2F&c=../?");
  CHECK(parse_target("/a?", decoded).query.empty());
}

TEST_CASE("path tricks are refused") {
  for (const char* raw :
       {"/.",     "/..",   "/a/../b", "/a/./b",     "/a/..", "/%2e%2e/a", "/.%2E", "/a%2Fb", "/a%2fb",
        "/a%5cb", "/a\\b", "/%00",    "/%0a",       "/%7F",  "/%",        "/%1",   "/%g0",   "/%0",
        "/a#b",   "/%ff",  "/%C0%AF", "/%ED%A0%80", "/\xFF", "/a?\xFF",   "",      "a",      "?a"}) {
    CAPTURE(raw);
    CHECK(refused(raw));
  }
}
