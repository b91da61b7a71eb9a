// Exact arithmetic for the keywords about numbers.
#pragma once

#include <slipway/value.h>

#include <cstdint>
#include <limits>
#include <string>

namespace slipway::schema {

// What `minimum` and `maximum` allow, once for each form a number comes in, so that checking one is two
// comparisons and no conversion: the ends are the outermost allowed integers and doubles themselves.
struct Bounds {
  std::int64_t int_low = std::numeric_limits<std::int64_t>::min();
  std::int64_t int_high = std::numeric_limits<std::int64_t>::max();
  std::uint64_t uint_low = 0;
  std::uint64_t uint_high = std::numeric_limits<std::uint64_t>::max();
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  // Narrows to what is at least `bound`, or greater than it where `exclusive`; and the other way round.
  void at_least(const slw_value& bound, bool exclusive);
  void at_most(const slw_value& bound, bool exclusive);
  // Narrows to what `other` allows too.
  void narrow(const Bounds& other);

  bool allow(std::int64_t number) const { return number >= int_low && number <= int_high; }
  bool allow(std::uint64_t number) const { return number >= uint_low && number <= uint_high; }
  bool allow(double number) const { return number >= low && number <= high; }
  bool allow(const slw_value& number) const;

  bool any_integer() const {
    return int_low <= int_high || (uint_low <= uint_high && uint_high > kLargestInt);
  }
  bool any_number() const { return low <= high || any_integer(); }

 private:
  static constexpr std::uint64_t kLargestInt = std::numeric_limits<std::int64_t>::max();
};

// digits * 10^exponent, without its sign; the digits do not end in a zero. Zero is {0, 0}.
struct Decimal {
  std::uint64_t digits = 0;
  std::int32_t exponent = 0;

  bool is_zero() const { return digits == 0; }
};

// The decimal number that a person sees: for a double the shortest one that reads back the same, so that
// 0.0075 is a multiple of 0.0001 although neither is a binary fraction.
Decimal decimal_of(const slw_value& number);
Decimal decimal_of(double number);
Decimal decimal_of(float number);
Decimal decimal_of(std::uint64_t number);

std::string to_text(Decimal number);  // "0.25"; with an exponent where that is shorter

// Whether `number` / `divisor` is an integer, exactly. `divisor` is not zero.
bool is_multiple(Decimal number, Decimal divisor);
bool is_multiple(const slw_value& number, Decimal divisor);

}  // namespace slipway::schema
