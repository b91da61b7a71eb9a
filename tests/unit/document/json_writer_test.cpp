#include "document/json_writer.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <random>

#include "document/builder.hpp"
#include "document/json_reader.hpp"

using namespace slipway;
using namespace slipway::document;

namespace {

std::string written(double number) {
  Document document;
  Builder builder;
  builder.start(document);
  builder.float64(number);
  REQUIRE(builder.finish().ok());
  return to_json(document.root());
}

}  // namespace

TEST_CASE("doubles are written in the shortest form that reads back the same, as doubles") {
  CHECK(written(0.1) == "0.1");
  CHECK(written(1.0) == "1.0");
  CHECK(written(-0.0) == "-0.0");
  CHECK(written(1e21) == "1e+21");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(written(123456789.0) == "123456789.0");
}

TEST_CASE("random doubles come back bit for bit") {
  std::mt19937_64 random(20'261'123);
  for (int i = 0; i < 200'000; ++i) {
    const double number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    const std::string text = "[" + written(number) + ",null]";
    Document document;
    REQUIRE(read_json(text, document).ok());
    const slw_value& back = document.root().element(0).get();
    if (back.kind != SLW_FLOAT64 || back.detail != 0 || back.as.u64 != std::bit_cast<std::uint64_t>(number)) {
      CAPTURE(text);
      FAIL("changed on the way");
    }
  }
}

TEST_CASE("octets are written as base64") {
  const auto base64 = [](std::string_view octets) {
    Document document;
    Builder builder;
    builder.start(document);
    builder.bytes(octets);
    REQUIRE(builder.finish().ok());
    return to_json(document.root());
  };
  // RFC 4648, section 10.
  CHECK(base64("") == "\"\"");
  CHECK(base64("f") == "\"Zg==\"");
  CHECK(base64("fo") == "\"Zm8=\"");
  CHECK(base64("foo") == "\"Zm9v\"");
  CHECK(base64("foobar") == "\"Zm9vYmFy\"");
  CHECK(base64("\xFF\xFE\xFD") == "\"//79\"");
}

TEST_CASE("float32 tensors are as short as a float needs") {
  Document document;
  Builder builder;
  builder.start(document);
  const float data[] = {0.1f, 1.0f / 3.0f, 16777216.0f};
  const std::uint64_t shape[] = {3};
  REQUIRE(builder.tensor(SLW_F32, shape, data));
  REQUIRE(builder.finish().ok());
  CHECK(to_json(document.root()) == "[0.1,0.33333334,16777216.0]");
}

TEST_CASE("each integer and boolean type of a tensor is written as itself") {
  const auto json = [](slw_type type, const void* data) {
    Document document;
    Builder builder;
    builder.start(document);
    const std::uint64_t shape[] = {2};
    REQUIRE(builder.tensor(type, shape, data));
    REQUIRE(builder.finish().ok());
    return to_json(document.root());
  };
  const std::uint8_t small[] = {1, 0};
  const std::int16_t medium[] = {-300, 300};
  const std::uint64_t large[] = {18446744073709551615u, 1};
  CHECK(json(SLW_BOOL, small) == "[true,false]");
  CHECK(json(SLW_U8, small) == "[1,0]");
  CHECK(json(SLW_I16, medium) == "[-300,300]");
  CHECK(json(SLW_U64, large) == "[18446744073709551615,1]");
}
