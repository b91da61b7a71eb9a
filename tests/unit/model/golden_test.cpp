#include "model/golden.hpp"

#include <catch2/catch.hpp>

#include "document/json_reader.hpp"
#include "model/checked_yaml.hpp"
#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::model;

namespace {

std::string compare(std::string_view expected, std::string_view actual, Tolerance tolerance = {},
                    const schema::Schema* schema = nullptr) {
  document::Document left;
  document::Document right;
  REQUIRE(document::read_json(expected, left).ok());
  REQUIRE(document::read_json(actual, right).ok());
  return difference(left.root(), right.root(), tolerance, schema);
}

}  // namespace

TEST_CASE("responses are compared member by member, numbers within the tolerance") {
  CHECK(compare(R"({"a":[1,2],"b":"x"})", R"({"b":"x","a":[1.0,2.0]})").empty());
  CHECK(compare("1.0", "1.0000001") == "the response should be 1.0, but is 1.0000001");
  CHECK(compare("1.0", "1.0000001", {1e-6, 0}).empty());
  CHECK(compare("1000.0", "1000.1", {0, 1e-3}).empty());
  CHECK_FALSE(compare("1000.0", "1002", {0, 1e-3}).empty());
  CHECK(compare(R"({"a":{"b":1}})", R"({"a":{"b":2}})") == "/a/b should be 1, but is 2");
  CHECK(compare(R"({"a":1})", "{}") == "/a should be 1, but is missing");
  CHECK(compare("{}", R"({"a":1})") == "/a should be absent, but is 1");
  CHECK(compare("[1]", "[1,2]") == "the response should be an array of 1, but is one of 2");
  CHECK(compare(R"(["x"])", "[1]") == "/0 should be \"x\", but is 1");
}

TEST_CASE("what is sensitive is compared, and not repeated") {
  const auto schema = own_schema(
      "properties: {a: {x-sensitive: true}, b: {type: object, x-sensitive: true}, c: {type: object}}",
      "test");
  const auto compared = [&](std::string_view expected, std::string_view actual) {
    return compare(expected, actual, {}, schema.get());
  };
  CHECK(compared(R"({"a":1})", R"({"a":1})").empty());
  CHECK(compared(R"({"a":1})", R"({"a":2})") == "/a should be a sensitive value, but is a sensitive value");
  CHECK(compared(R"({"a":1})", "{}") == "/a should be a sensitive value, but is missing");
  CHECK(compared(R"({"b":{}})", R"({"b":{"Wilhelmina":1}})") == "/b has a member that should be absent");
  CHECK(compared(R"({"c":1})", R"({"c":{"d":1}})") == "/c should be 1, but is an object");
  CHECK(compared("[]", R"({"a":1})") == "the response should be an array, but is an object");
}

TEST_CASE("cases pass and fail for the right reasons") {
  TemporaryBundle bundle("good_c");
  bundle.write("tests/cases.yaml", R"(
tolerance: {absolute: 0.5}
cases:
  - {name: right, request: {value: 2}, response: {value: 4.25}}
  - {name: wrong, request: {value: 2}, response: {value: 5}}
  - {name: exact, request: {value: 2}, response: {value: 4.25}, tolerance: {}}
  - {name: refused, request: {value: x}, error: {status: 422, pointer: /value, keyword: type}}
  - {name: refused elsewhere, request: {value: x}, error: {status: 422, pointer: /other}}
  - {name: not refused, request: {value: 1}, error: {status: 422}}
  - {name: refused unexpectedly, request: {value: x}, response: {}}
)");
  Result<std::unique_ptr<ModelVersion>> version = bundle.load();
  REQUIRE(version.ok());
  const Result<std::vector<GoldenCase>> cases = read_cases((*version)->bundle());
  if (!cases) FAIL(cases.error().message);
  REQUIRE(cases->size() == 7);
  CHECK((*cases)[0].place.ends_with("cases.yaml:4:5"));
  const auto result = [&](std::size_t i) { return run_case(**version, (*cases)[i]).difference; };
  CHECK(result(0).empty());
  CHECK(result(1).find("/value should be 5, but is 4.0") == 0);
  CHECK_FALSE(result(2).empty());
  CHECK(result(3).empty());
  CHECK(result(4).find("should be refused at /other") == 0);
  CHECK(result(5) == "should be refused with 422, but is answered");
  CHECK(result(6).find("should be answered, but is refused with 422") == 0);
}

TEST_CASE("a mistake in a file of cases is named with its place") {
  TemporaryBundle bundle("");
  bundle.write("tests/cases.yaml", "cases:\n  - {name: x, requst: 1, response: 2}\n");
  const Result<Bundle> opened = open_bundle(bundle.bundle());
  REQUIRE(opened.ok());
  const Result<std::vector<GoldenCase>> cases = read_cases(*opened);
  REQUIRE_FALSE(cases.ok());
  CHECK(cases.error().message.find("cases.yaml:2:") != std::string::npos);
}
