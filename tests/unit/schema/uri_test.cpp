#include <catch2/catch.hpp>

#include "schema/uri.hpp"

namespace slipway::schema {

TEST_CASE("references are resolved as RFC 3986 has it", "[schema]") {
  const char* const base = "http://a/b/c/d;p?q";
  CHECK(resolve_uri(base, "g:h") == "g:h");
  CHECK(resolve_uri(base, "g") == "http://a/b/c/g");
  CHECK(resolve_uri(base, "./g") == "http://a/b/c/g");
  CHECK(resolve_uri(base, "g/") == "http://a/b/c/g/");
  CHECK(resolve_uri(base, "/g") == "http://a/g");
  CHECK(resolve_uri(base, "//g") == "http://g");
  CHECK(resolve_uri(base, "?y") == "http://a/b/c/d;p?y");
  CHECK(resolve_uri(base, "#s") == "http://a/b/c/d;p?q#s");
  CHECK(resolve_uri(base, "g#s") == "http://a/b/c/g#s");
  CHECK(resolve_uri(base, "") == "http://a/b/c/d;p?q");
  CHECK(resolve_uri(base, ".") == "http://a/b/c/");
  CHECK(resolve_uri(base, "..") == "http://a/b/");
  CHECK(resolve_uri(base, "../g") == "http://a/b/g");
  CHECK(resolve_uri(base, "../../../g") == "http://a/g");
  CHECK(resolve_uri(base, "./g/../h") == "http://a/b/c/h");
  CHECK(resolve_uri("http://a", "g") == "http://a/g");
}

TEST_CASE("paths of a bundle are resolved like URIs, and never lead above it", "[schema]") {
  CHECK(resolve_uri("schemas/request.yaml", "common.yaml#/a") == "schemas/common.yaml#/a");
  CHECK(resolve_uri("schemas/request.yaml", "../x.yaml") == "x.yaml");
  CHECK(resolve_uri("schemas/request.yaml", "../../../etc/passwd") == "etc/passwd");
  CHECK(resolve_uri("", "a.yaml") == "a.yaml");
  CHECK(resolve_uri("", "#/a") == "#/a");
  CHECK(resolve_uri("urn:x:y", "#a") == "urn:x:y#a");
}

TEST_CASE("percent encoding", "[schema]") {
  std::string decoded;
  CHECK((decode_percent("a%20b%2Fc", decoded) && decoded == "a b/c"));
  CHECK_FALSE(decode_percent("%2", decoded));
  CHECK_FALSE(decode_percent("%zz", decoded));
}

}  // namespace slipway::schema
