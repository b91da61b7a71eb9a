// Bounds in every form of a number, against exact comparison; multiples against integers.
#include <catch2/catch.hpp>

#include <cmath>
#include <random>
#include <vector>

#include "document/value.hpp"
#include "schema/number.hpp"

namespace slipway::schema {
namespace {

slw_value i64(std::int64_t n) {
  slw_value v{SLW_INT64, 0, 0, 0, {}};
  v.as.i64 = n;
  return v;
}
slw_value u64(std::uint64_t n) {
  slw_value v{SLW_UINT64, 0, 0, 0, {}};
  v.as.u64 = n;
  return v;
}
slw_value f64(double n) {
  slw_value v{SLW_FLOAT64, 0, 0, 0, {}};
  v.as.f64 = n;
  return v;
}

// Numbers around all the places where one form ends.
std::vector<slw_value> edges() {
  std::vector<slw_value> all;
  for (const double d : {0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1e15, 9007199254740992.0, 9223372036854775808.0,
                         -9223372036854775808.0, 18446744073709551616.0, 1e300, -1e300, 5e-324,
                         1.7976931348623157e308, -1.7976931348623157e308})
    for (const double near : {d, std::nextafter(d, HUGE_VAL), std::nextafter(d, -HUGE_VAL)})
      if (std::isfinite(near)) all.push_back(f64(near));
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t n : {kMin, kMin + 1, kMin + 1024, std::int64_t{-1}, std::int64_t{0},
                               std::int64_t{1}, std::int64_t{9007199254740993}, kMax - 1, kMax})
    all.push_back(i64(n));
  const auto beyond = static_cast<std::uint64_t>(kMax);
  for (const std::uint64_t n :
       {beyond + 1, beyond + 2, beyond + 2049, ~std::uint64_t{0} - 1, ~std::uint64_t{0}})
    all.push_back(u64(n));
  return all;
}

}  // namespace

TEST_CASE("bounds are exact for every pair of a bound and a number", "[schema]") {
  const std::vector<slw_value> all = edges();
  for (const slw_value& bound : all)
    for (const slw_value& number : all)
      for (const bool exclusive : {false, true}) {
        const int order = document::compare_numbers(document::Value(&number), document::Value(&bound));
        Bounds low, high;
        low.at_least(bound, exclusive);
        high.at_most(bound, exclusive);
        INFO(slw_number(&bound) << " of kind " << int(bound.kind) << " and " << slw_number(&number)
                                << " of kind " << int(number.kind) << " exclusive " << exclusive);
        CHECK(low.allow(number) == (exclusive ? order > 0 : order >= 0));
        CHECK(high.allow(number) == (exclusive ? order < 0 : order <= 0));
      }
}

TEST_CASE("multiples", "[schema]") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto n = static_cast<std::int64_t>(random() >> (random() % 64));
    const std::uint64_t d = 1 + (random() >> (1 + random() % 62));
    const bool expected = static_cast<std::uint64_t>(n < 0 ? -n : n) % d == 0;
    CHECK(is_multiple(i64(n), decimal_of(d)) == expected);
    if (std::llabs(n) < (1ll << 53))
      CHECK(is_multiple(f64(static_cast<double>(n)), decimal_of(d)) == expected);
  }
  for (int i = 1; i < 20'000; ++i) {
    CHECK(is_multiple(f64(i / 100.0), decimal_of(0.01)));
    CHECK(is_multiple(f64(i / 100.0 + 0.001), decimal_of(0.01)) == false);
  }
  CHECK(is_multiple(decimal_of(0.3f), decimal_of(0.1)));
  CHECK(to_text(decimal_of(0.25)) == "0.25");
  CHECK(to_text(decimal_of(12.5)) == "12.5");
  CHECK(to_text(decimal_of(1e300)) == "1e300");
  CHECK(to_text(decimal_of(1e-9)) == "1e-9");
  CHECK(to_text(decimal_of(std::uint64_t{100})) == "100");
}

}  // namespace slipway::schema
