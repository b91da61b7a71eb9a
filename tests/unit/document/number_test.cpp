#include "document/number.hpp"
#include "document/usual_number.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <charconv>
#include <cstdlib>
#include <random>
#include <string>

using namespace slipway::document;

namespace {

// The quick way takes a number as the other does, or leaves it.
bool check_usual(const std::string& text) {
  const std::string padded = text + std::string(24, '\0');
  const char* quick = padded.data();
  slw_value one;
  if (!scan_usual_number(quick, one)) return quick == padded.data();
  const char* at = text.c_str();
  slw_value other;
  const bool same = scan_number(at, other) == Scan::number && at - text.c_str() == quick - padded.data() &&
                    one.kind == other.kind && one.detail == other.detail && one.as.u64 == other.as.u64;
  CAPTURE(text, one.as.f64, other.as.f64);
  CHECK(same);
  return same;
}

slw_value scanned(const std::string& text) {
  check_usual(text);
  const char* at = text.c_str();
  slw_value number;
  REQUIRE(scan_number(at, number) == Scan::number);
  CHECK(at == text.c_str() + text.size());
  return number;
}

}  // namespace

TEST_CASE("integers keep every bit that 64 bits can hold") {
  CHECK(scanned("0").kind == SLW_INT64);
  CHECK(scanned("9223372036854775807").as.i64 == INT64_MAX);
  CHECK(scanned("-9223372036854775808").as.i64 == INT64_MIN);
  CHECK(scanned("9223372036854775808").kind == SLW_UINT64);
  CHECK(scanned("18446744073709551615").as.u64 == UINT64_MAX);
  const slw_value beyond = scanned("18446744073709551616");
  CHECK(beyond.kind == SLW_FLOAT64);
  CHECK(beyond.detail == SLW_INTEGRAL);
  CHECK(beyond.as.f64 == 18446744073709551616.0);
  CHECK(scanned("-9223372036854775809").as.f64 == -9223372036854775808.0);
}

TEST_CASE("a fraction or an exponent makes a double, -0 too") {
  CHECK(scanned("1.0").kind == SLW_FLOAT64);
  CHECK(scanned("1.0").detail == 0);
  CHECK(scanned("1e2").as.f64 == 100.0);
  CHECK(scanned("-0").detail == SLW_INTEGRAL);
  CHECK(std::bit_cast<std::uint64_t>(scanned("-0").as.f64) == std::bit_cast<std::uint64_t>(-0.0));
  CHECK(scanned("-0.0").detail == 0);
}

TEST_CASE("what is no JSON number is not taken") {
  for (const char* text : {"", "-", "+1", ".5", "a", "1.", "1.e5", "1e", "1e+", "-a", "--1"}) {
    CAPTURE(text);
    check_usual(text);
    const char* at = text;
    slw_value number;
    CHECK(scan_number(at, number) == Scan::not_a_number);
    CHECK(at == text);
  }
}

TEST_CASE("the ends of a double's range") {
  CHECK(scanned("1.7976931348623157e308").as.f64 == 1.7976931348623157e308);
  CHECK(scanned("4.9e-324").as.f64 == 5e-324);
  CHECK(scanned("1e-400").as.f64 == 0.0);
  CHECK(scanned("0e999999999999999999999").as.f64 == 0.0);
  CHECK(scanned("0.0000000000000000000000000000000000000001e39").as.f64 == 0.1);
  const std::string tiny = "0." + std::string(400, '0') + "1e401";
  CHECK(scanned(tiny).as.f64 == 1.0);
  for (const std::string& text : {std::string("1e309"), std::string("1.8e308"),
                                  std::string("1e999999999999999"), std::string(400, '9')}) {
    const char* at = text.c_str();
    slw_value number;
    CHECK(scan_number(at, number) == Scan::too_large);
  }
}

TEST_CASE("random decimals are the nearest doubles, as the C library finds them") {
  std::mt19937_64 random(7);
  const auto digits = [&](std::size_t most) {
    std::string text;
    for (std::size_t i = 0, n = 1 + random() % most; i < n; ++i)
      text += static_cast<char>('0' + random() % 10);
    return text;
  };
  for (int i = 0; i < 300'000; ++i) {
    std::string text = std::to_string(random() % 1000) + "." + digits(i % 2 == 0 ? 8 : 25);
    if (i % 3 == 0) text += "e" + std::to_string(static_cast<int>(random() % 640) - 330);
    const char* at = text.c_str();
    slw_value number;
    const double expected = std::strtod(text.c_str(), nullptr);
    check_usual(text);
    const Scan scan = scan_number(at, number);
    const bool same = scan == Scan::too_large ? expected > 1.7976931348623157e308
                                              : number.as.u64 == std::bit_cast<std::uint64_t>(expected);
    if (!same) {
      CAPTURE(text, number.as.f64, expected);
      FAIL("not the nearest double");
    }
  }
}

TEST_CASE("a whole array is scanned, or not at all") {
  NumberArray array;
  const auto scan = [&](const char* text) {
    const std::string padded = text + std::string(24, '\0');
    const char* at = padded.data();
    const bool taken = array.scan(at);
    CHECK(taken == (at != padded.data()));
    if (taken) CHECK(*at == ']');
    return taken;
  };
  CHECK(scan("1,2,3]"));
  CHECK(array.integers() == std::vector<std::int64_t>{1, 2, 3});
  CHECK(scan(" 1.5 , 2 ]"));
  CHECK(array.doubles() == std::vector<double>{1.5, 2});
  CHECK(array.written_as_integer() == std::vector<std::uint8_t>{2});
  CHECK_FALSE(scan("]"));
  CHECK_FALSE(scan("1,]"));
  CHECK_FALSE(scan("1"));
  CHECK_FALSE(scan("1,2 3]"));
  CHECK_FALSE(scan("1,\"a\"]"));
  CHECK_FALSE(scan("1e999]"));
  CHECK_FALSE(scan("18446744073709551615]"));
}

TEST_CASE("the quick way agrees on every length of digits, and takes what is usual") {
  std::mt19937_64 random(8);
  unsigned quick = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = i % 3 == 0 ? "-" : "";
    const auto digits = [&](std::size_t least) {
      for (std::size_t n = least + random() % 12; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    };
    digits(0);
    if (i % 2 == 0) text += '.', digits(0);
    if (i % 16 == 1) text += "e5";
    if (i % 32 == 7) text += "/:x-"[random() % 4];
    if (!check_usual(text)) FAIL("see above");
    const std::string padded = text + std::string(24, '\0');
    const char* at = padded.data();
    slw_value number;
    quick += scan_usual_number(at, number) ? 1 : 0;
  }
  CHECK(quick > 100'000);
}

TEST_CASE("what lies between two doubles goes to the nearer, in the middle to the even one") {
  CHECK(scanned("9007199254740993.0").as.f64 == 9007199254740992.0);  // 2^53 + 1
  CHECK(scanned("9007199254740993.001").as.f64 == 9007199254740994.0);
  CHECK(scanned("9007199254740995.0").as.f64 == 9007199254740996.0);
  std::mt19937_64 random(9);
  for (int i = 0; i < 100'000; ++i) {
    // From 2^52 to 2^53 the middle is at a half, and what is below it is cut to so many digits.
    const std::string whole = std::to_string((std::uint64_t{1} << 52) + random() % (std::uint64_t{1} << 52));
    for (const char* const fraction : {".5", ".500", ".499", ".501", ".49", ".51"})
      if (!check_usual(whole.substr(0, 15) + fraction) || !check_usual(whole + fraction)) FAIL("see above");
    // So many digits, and the point anywhere among them.
    std::string digits = std::to_string(random() | std::uint64_t{1} << 63).substr(0, 15 + random() % 5);
    digits.insert(1 + random() % (digits.size() - 1), ".");
    if (!check_usual(digits) || !check_usual("0." + digits.substr(0, 1) + digits.substr(2)))
      FAIL("see above");
  }
}

TEST_CASE("a quotient is the nearest double for all digits and powers of ten") {
  std::mt19937_64 random(10);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t digits = (random() >> random() % 64) % 10'000'000'000'000'000'000u;
    const auto power = static_cast<unsigned>(1 + random() % 19);
    std::string text = std::to_string(digits);
    text = std::string(20 - text.size(), '0') + text;
    text.insert(text.size() - power, ".");
    double nearest = 0;
    std::from_chars(text.data(), text.data() + text.size(), nearest);
    CAPTURE(text);
    if (quotient(digits, power) != nearest) FAIL("it is " << quotient(digits, power));
  }
}
