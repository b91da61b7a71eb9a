#include <catch2/catch.hpp>

#include "document/builder.hpp"
#include "document/json_reader.hpp"

using namespace slipway;
using namespace slipway::document;

namespace {

bool same(std::string_view a, std::string_view b) {
  Document left;
  Document right;
  REQUIRE(read_json(a, left).ok());
  REQUIRE(read_json(b, right).ok());
  const bool result = equal(left.root(), right.root());
  CHECK(equal(right.root(), left.root()) == result);
  if (result) CHECK(hash(left.root()) == hash(right.root()));
  return result;
}

int order(std::string_view a, std::string_view b) {
  Document left;
  Document right;
  REQUIRE(read_json(a, left).ok());
  REQUIRE(read_json(b, right).ok());
  CHECK(compare_numbers(left.root(), right.root()) == -compare_numbers(right.root(), left.root()));
  return compare_numbers(left.root(), right.root());
}

}  // namespace

TEST_CASE("numbers are equal by value, whatever their form") {
  CHECK(same("1", "1.0"));
  CHECK(same("0", "-0"));
  CHECK(same("0", "-0.0"));
  CHECK(same("18446744073709551615", "18446744073709551615"));
  CHECK(same("100", "1e2"));
  CHECK_FALSE(same("1", "true"));
  CHECK_FALSE(same("0", "false"));
  CHECK_FALSE(same("1", "\"1\""));
  // Converting to double would make these equal.
  CHECK_FALSE(same("9007199254740993", "9007199254740992.0"));
  CHECK_FALSE(same("18446744073709551615", "18446744073709551616"));
}

TEST_CASE("numbers are ordered exactly across kinds") {
  CHECK(order("9007199254740993", "9007199254740992.0") == 1);
  CHECK(order("-1", "18446744073709551615") == -1);
  CHECK(order("18446744073709551615", "1e20") == -1);
  CHECK(order("-9223372036854775808", "-9223372036854775809") ==
        0);  // the latter is read as the nearest double
  CHECK(order("-9223372036854775808", "-1e300") == 1);
  CHECK(order("2", "2.5") == -1);
  CHECK(order("-2", "-2.5") == 1);
  CHECK(order("-2", "0.5") == -1);
}

TEST_CASE("objects are equal in any order of their members") {
  CHECK(same(R"({"a":1,"b":[2,3]})", R"({"b":[2.0,3],"a":1.0})"));
  CHECK_FALSE(same(R"({"a":1})", R"({"a":1,"b":2})"));
  CHECK_FALSE(same(R"({"a":1})", R"({"b":1})"));
  CHECK(same("{}", "{}"));
  CHECK_FALSE(same("{}", "[]"));
}

TEST_CASE("packed and loose arrays are equal by their elements") {
  CHECK(same("[1,2]", "[1.0,2.0]"));
  CHECK(same("[1,0.5]", "[1.0,0.5]"));
  CHECK(same("[1,18446744073709551615]", "[1.0,18446744073709551615]"));
  CHECK_FALSE(same("[1,2]", "[1,2,3]"));
  CHECK_FALSE(same("[1,2]", "[1,null]"));
  CHECK(same("[]", "[]"));
  CHECK_FALSE(same("[]", "[null]"));
}

TEST_CASE("a tensor of rank 2 equals the nested arrays it is written as") {
  Document tensor;
  Builder builder;
  builder.start(tensor);
  const std::int32_t data[] = {1, 2, 3, 4};
  const std::uint64_t shape[] = {2, 2};
  REQUIRE(builder.tensor(SLW_I32, shape, data));
  REQUIRE(builder.finish().ok());
  Document nested;
  REQUIRE(read_json("[[1,2.0],[3,4]]", nested).ok());
  CHECK(equal(tensor.root(), nested.root()));
  CHECK(equal(nested.root(), tensor.root()));
  CHECK(hash(tensor.root()) == hash(nested.root()));
  REQUIRE(read_json("[[1,2],[3,5]]", nested).ok());
  CHECK_FALSE(equal(tensor.root(), nested.root()));
  REQUIRE(read_json("[1,2,3,4]", nested).ok());
  CHECK_FALSE(equal(tensor.root(), nested.root()));
}
