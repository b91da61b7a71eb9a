#include "slipway/response.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "test_host.hpp"

using slipway::Response;
using slipway::test::Writer;

namespace {

template <class Write>
std::string written(const Write& write) {
  Writer writer;
  Response response(&writer);
  write(response);
  REQUIRE(writer.complete());
  return slipway::document::to_json(writer.written.root());
}

template <class Write>
void check_refused(const Write& write) {
  Writer writer;
  Response response(&writer);
  CHECK_THROWS_AS(write(response), slipway::detail::WriteRefused);
}

}  // namespace

TEST_CASE("a response may be any single value") {
  CHECK(written([](Response& r) { r = nullptr; }) == "null");
  CHECK(written([](Response& r) { r.null(); }) == "null");
  CHECK(written([](Response& r) { r = true; }) == "true");
  CHECK(written([](Response& r) { r = -3; }) == "-3");
  CHECK(written([](Response& r) { r = UINT64_MAX; }) == "18446744073709551615");
  CHECK(written([](Response& r) { r = 0.5; }) == "0.5");
  CHECK(written([](Response& r) { r = "text"; }) == "\"text\"");
  CHECK(written([](Response& r) { r = std::string("text"); }) == "\"text\"");
  CHECK(written([](Response& r) { r = std::string_view("te\0xt", 5); }) == "\"te\\u0000xt\"");
}

TEST_CASE("objects and arrays nest") {
  CHECK(written([](Response& r) {
          r.object([](auto& out) {
            out["a"] = 1;
            out["b"].object([](auto& inner) { inner["c"] = false; });
            out["d"].array([](auto& list) {
              list.add("x");
              list.object([](auto&) {});
              list.array([](auto& inner) { inner.add(2.5); });
            });
          });
        }) == R"({"a":1,"b":{"c":false},"d":["x",{},[2.5]]})");
}

TEST_CASE("ranges and optionals") {
  CHECK(written([](Response& r) { r = std::vector<double>{1.5, 2}; }) == "[1.5,2.0]");
  CHECK(written([](Response& r) { r = std::vector<double>{}; }) == "[]");
  CHECK(written([](Response& r) { r = {1, 2, 3}; }) == "[1,2,3]");
  CHECK(written([](Response& r) { r = std::array<std::int8_t, 2>{-1, 1}; }) == "[-1,1]");
  CHECK(written([](Response& r) { r = std::vector<float>{0.1F}; }) == "[0.1]");
  CHECK(written([](Response& r) { r = std::vector<bool>{true, false}; }) == "[true,false]");
  CHECK(written([](Response& r) { r = std::vector<std::string>{"a", "b"}; }) == R"(["a","b"])");
  CHECK(written([](Response& r) { r = std::vector<std::vector<int>>{{1}, {}, {2, 3}}; }) == "[[1],[],[2,3]]");
  CHECK(written([](Response& r) { r = std::optional<double>(); }) == "null");
  CHECK(written([](Response& r) { r = std::optional<std::string>("x"); }) == "\"x\"");
  const std::vector<std::uint64_t> numbers{1, UINT64_MAX};
  CHECK(written([&](Response& r) { r = std::span(numbers).first(1); }) == "[1]");
}

TEST_CASE("a tensor is written in one piece") {
  const std::array<std::uint64_t, 2> shape{2, 2};
  const std::array<double, 4> data{1.5, 2.5, 3.5, 4.5};
  CHECK(written([&](Response& r) { r.tensor<double>(shape, data); }) == "[[1.5,2.5],[3.5,4.5]]");
  Writer writer;
  Response response(&writer);
  CHECK_THROWS_AS(response.tensor<double>(shape, std::span(data).first(3)), std::invalid_argument);
  CHECK_THROWS_AS(response.tensor<double>({}, std::span(data).first(1)), std::invalid_argument);
}

TEST_CASE("what the host refuses ends the writing") {
  check_refused([](Response& r) { r = std::numeric_limits<double>::quiet_NaN(); });
  check_refused([](Response& r) { r = std::vector<double>{1, std::numeric_limits<double>::infinity()}; });
  check_refused([](Response& r) { r = "\xff"; });
  check_refused([](Response& r) {
    r = 1;
    r = 2;
  });
  check_refused([](Response& r) {
    r.object([](auto& out) {
      (void)out["no value"];
      out["next"] = 1;
    });
  });
  check_refused([](Response& r) { r.object([](auto& out) { (void)out["no value"]; }); });
}
