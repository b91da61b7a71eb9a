#include "model/difference.hpp"

#include <catch2/catch.hpp>

#include "document/json_reader.hpp"
#include "model/checked_yaml.hpp"

using namespace slipway;
using namespace slipway::model;

namespace {

using Schemas = std::vector<const schema::Schema*>;

std::optional<Difference> compare(std::string_view expected, std::string_view actual,
                                  const Schemas& schemas = {}) {
  document::Document left;
  document::Document right;
  REQUIRE(document::read_json(expected, left).ok());
  REQUIRE(document::read_json(actual, right).ok());
  return find_difference(left.root(), right.root(), {}, schemas);
}

}  // namespace

TEST_CASE("a difference has its place and both values") {
  CHECK_FALSE(compare(R"({"a":[1,{"b":"x"}]})", R"({"a":[1,{"b":"x"}]})").has_value());
  const auto found = compare(R"({"a":[1,{"b":"x"}]})", R"({"a":[1,{"b":"y"}]})");
  REQUIRE(found.has_value());
  CHECK(found->pointer == "/a/1/b");
  CHECK(found->expected == "\"x\"");
  CHECK(found->actual == "\"y\"");
  CHECK(found->sentence == "/a/1/b should be \"x\", but is \"y\"");
}

TEST_CASE("long values are cut between characters") {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xc3\xbc";
  const auto found = compare("\"" + umlauts + "\"", "1");
  REQUIRE(found.has_value());
  // The quotation mark, 99 whole characters of two bytes, and that there is more.
  CHECK(found->expected == "\"" + umlauts.substr(0, 198) + "...");
}

TEST_CASE("what either schema calls sensitive is not repeated") {
  const auto none = own_schema("type: object", "test");
  const auto some = own_schema("properties: {a: {x-sensitive: true}}", "test");
  for (const Schemas& schemas :
       {Schemas{none.get(), some.get()}, Schemas{some.get(), none.get()}, Schemas{nullptr, some.get()}}) {
    const auto found = compare(R"({"a":1})", R"({"a":2})", schemas);
    REQUIRE(found.has_value());
    CHECK(found->pointer == "/a");
    CHECK(found->expected == "a sensitive value");
    CHECK(found->actual == "a sensitive value");
  }
  CHECK(compare(R"({"a":1})", R"({"a":2})", {none.get(), none.get()})->actual == "2");
}

TEST_CASE("names within a sensitive value go with it") {
  const auto schema = own_schema("properties: {a: {type: object, x-sensitive: true}}", "test");
  const Schemas schemas{schema.get()};
  const auto hidden = [&](std::string_view expected, std::string_view actual) {
    return without_sensitive_names(*compare(expected, actual, schemas), schemas);
  };
  for (const char* const other : {R"({"a":{"Wilhelmina":{"age":2}}})", R"({"a":{}})", R"({"a":1})"}) {
    const Difference found = hidden(R"({"a":{"Wilhelmina":{"age":1}}})", other);
    CHECK(found.pointer == "/a");
    CHECK(found.expected == "a sensitive value");
    CHECK(found.actual == "a sensitive value");
    CHECK(found.sentence.find("Wilhelmina") == std::string::npos);
  }
  const Difference open = hidden(R"({"b":{"c":1}})", R"({"b":{"c":2}})");
  CHECK(open.pointer == "/b/c");
  CHECK(open.actual == "2");
}
