#include "document/pointer.hpp"

#include <catch2/catch.hpp>

#include "document/json_reader.hpp"

using namespace slipway;
using namespace slipway::document;

TEST_CASE("tokens are escaped and unescaped") {
  std::string pointer;
  append_token(pointer, "a/b~c");
  append_token(pointer, 7u);
  CHECK(pointer == "/a~1b~0c/7");
  std::string_view rest = pointer;
  CHECK(take_token(rest) == "a/b~c");
  CHECK(take_token(rest) == "7");
  CHECK(rest.empty());
}

TEST_CASE("only RFC 6901 pointers are pointers") {
  for (const char* good : {"", "/", "/a", "/a/0/~0~1", "//"}) CHECK(is_pointer(good));
  for (const char* bad : {"a", "a/b", "/~", "/~2", "/a~"}) CHECK_FALSE(is_pointer(bad));
}

TEST_CASE("a pointer resolves only to what is there") {
  Document document;
  REQUIRE(read_json(R"({"a":[1,2,{"b/c":null}],"":0,"n":[1.5]})", document).ok());
  for (const char* there : {"", "/a", "/a/0", "/a/2/b~1c", "/", "/n/0"})
    CHECK(resolves(document.root(), there));
  for (const char* missing : {"/b", "/a/3", "/a/-", "/a/00", "/a/01", "/a/2/b", "/n/1", "/n/0/x", "a"})
    CHECK_FALSE(resolves(document.root(), missing));
}

TEST_CASE("a pointer finds what it leads to") {
  Document document;
  REQUIRE(read_json(R"({"a":[1,2,{"b":"x"}],"n":[1.5,2.5]})", document).ok());
  const auto found = [&](const char* pointer) { return find(document.root(), pointer); };
  CHECK(found("/a/2/b")->text() == "x");
  CHECK(found("/n/1")->number() == 2.5);
  CHECK(found("")->is_object());
  CHECK_FALSE(found("/a/3").has_value());
}
