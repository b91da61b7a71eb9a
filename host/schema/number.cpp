// Bounds and multiples of numbers, exactly.
#include "schema/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace slipway::schema {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 18446744073709551616.0;
constexpr std::int64_t kIntMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kIntMax = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kUintMax = std::numeric_limits<std::uint64_t>::max();

// -1, 0 or 1 as the integer is less than, equal to or greater than `d`, which is the double nearest to it.
int compare_to_nearest(const slw_value& integer, double d) {
  if (integer.kind == SLW_UINT64) {
    if (d >= kTwo64) return -1;
    const auto near = static_cast<std::uint64_t>(d);
    return integer.as.u64 < near ? -1 : (integer.as.u64 > near ? 1 : 0);
  }
  if (d >= kTwo63) return -1;
  const auto near = static_cast<std::int64_t>(d);
  return integer.as.i64 < near ? -1 : (integer.as.i64 > near ? 1 : 0);
}

double lowest_double(const slw_value& bound, bool exclusive) {
  const double near = slw_number(&bound);
  const int order = bound.kind == SLW_FLOAT64 ? 0 : compare_to_nearest(bound, near);
  return order > 0 || (order == 0 && exclusive) ? std::nextafter(near, kInfinity) : near;
}

double highest_double(const slw_value& bound, bool exclusive) {
  const double near = slw_number(&bound);
  const int order = bound.kind == SLW_FLOAT64 ? 0 : compare_to_nearest(bound, near);
  return order < 0 || (order == 0 && exclusive) ? std::nextafter(near, -kInfinity) : near;
}

Decimal normal(std::uint64_t digits, std::int32_t exponent) {
  if (digits == 0) return {};
  for (; digits % 10 == 0; digits /= 10) ++exponent;
  return {digits, exponent};
}

template <class Float>
Decimal shortest(Float number) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  std::uint64_t digits = 0;
  std::int32_t exponent = 0;
  bool fraction = false;
  const char* at = text;
  for (; at != end && *at != 'e'; ++at) {
    if (*at == '.') fraction = true;
    if (*at < '0' || *at > '9') continue;
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    if (fraction) --exponent;
  }
  if (at != end) ++at;
  if (at != end && *at == '+') ++at;
  std::int32_t written = 0;
  std::from_chars(at, end, written);
  return normal(digits, exponent + written);
}

Wide power_of_ten(unsigned exponent) {
  Wide power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

// 10^exponent modulo `modulus`.
std::uint64_t power_of_ten(std::uint32_t exponent, std::uint64_t modulus) {
  Wide result = 1 % modulus;
  Wide base = 10 % modulus;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = result * base % modulus;
    base = base * base % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

}  // namespace

void Bounds::at_least(const slw_value& bound, bool exclusive) {
  low = std::max(low, lowest_double(bound, exclusive));
  bool beyond_int = false;
  bool beyond_uint = false;
  if (bound.kind == SLW_INT64) {
    beyond_int = exclusive && bound.as.i64 == kIntMax;
    if (!beyond_int) int_low = std::max(int_low, bound.as.i64 + (exclusive ? 1 : 0));
  } else if (bound.kind == SLW_UINT64) {
    beyond_int = true;
    beyond_uint = exclusive && bound.as.u64 == kUintMax;
    if (!beyond_uint) uint_low = std::max(uint_low, bound.as.u64 + (exclusive ? 1 : 0));
  } else {
    const double whole = std::ceil(bound.as.f64);
    const bool next = exclusive && whole == bound.as.f64;
    beyond_uint = whole >= kTwo64;
    beyond_int = whole >= kTwo63;
    if (!beyond_int && whole >= -kTwo63) {
      int_low = std::max(int_low, static_cast<std::int64_t>(whole) + (next ? 1 : 0));
    } else if (beyond_int && !beyond_uint) {
      uint_low = std::max(uint_low, static_cast<std::uint64_t>(whole) + (next ? 1 : 0));
    }
  }
  if (beyond_int) int_low = kIntMax, int_high = kIntMin;
  if (beyond_uint) uint_low = kUintMax, uint_high = 0;
}

void Bounds::at_most(const slw_value& bound, bool exclusive) {
  high = std::min(high, highest_double(bound, exclusive));
  bool below_int = false;
  bool below_uint = false;  // a uint64 node holds only what is beyond int64
  if (bound.kind == SLW_INT64) {
    below_uint = true;
    below_int = exclusive && bound.as.i64 == kIntMin;
    if (!below_int) int_high = std::min(int_high, bound.as.i64 - (exclusive ? 1 : 0));
  } else if (bound.kind == SLW_UINT64) {
    uint_high = std::min(uint_high, bound.as.u64 - (exclusive ? 1 : 0));
  } else {
    const double whole = std::floor(bound.as.f64);
    const bool previous = exclusive && whole == bound.as.f64;
    below_uint = whole < kTwo63;
    below_int = whole < -kTwo63 || (previous && whole == -kTwo63);
    if (below_uint && !below_int) {
      int_high = std::min(int_high, static_cast<std::int64_t>(whole) - (previous ? 1 : 0));
    } else if (!below_uint && whole < kTwo64) {
      uint_high = std::min(uint_high, static_cast<std::uint64_t>(whole) - (previous ? 1 : 0));
    }
  }
  if (below_int) int_low = kIntMax, int_high = kIntMin;
  if (below_uint) uint_low = kUintMax, uint_high = 0;
}

void Bounds::narrow(const Bounds& other) {
  int_low = std::max(int_low, other.int_low);
  int_high = std::min(int_high, other.int_high);
  uint_low = std::max(uint_low, other.uint_low);
  uint_high = std::min(uint_high, other.uint_high);
  low = std::max(low, other.low);
  high = std::min(high, other.high);
}

bool Bounds::allow(const slw_value& number) const {
  switch (number.kind) {
    case SLW_INT64:
      return allow(number.as.i64);
    case SLW_UINT64:
      return allow(number.as.u64);
    default:
      return allow(number.as.f64);
  }
}

Decimal decimal_of(std::uint64_t number) {
  return normal(number, 0);
}
Decimal decimal_of(double number) {
  return shortest(std::fabs(number));
}
Decimal decimal_of(float number) {
  return shortest(std::fabs(number));
}

Decimal decimal_of(const slw_value& number) {
  switch (number.kind) {
    case SLW_INT64:
      return normal(number.as.i64 < 0 ? 0 - number.as.u64 : number.as.u64, 0);
    case SLW_UINT64:
      return normal(number.as.u64, 0);
    default:
      return decimal_of(number.as.f64);
  }
}

std::string to_text(Decimal number) {
  constexpr std::int32_t kMostZeros = 6;
  std::string text = std::to_string(number.digits);
  const auto size = static_cast<std::int32_t>(text.size());
  if (number.exponent > kMostZeros || -number.exponent > size + kMostZeros)
    return text + "e" + std::to_string(number.exponent);
  if (number.exponent >= 0) return text.append(static_cast<std::size_t>(number.exponent), '0');
  if (-number.exponent >= size)
    text = std::string(static_cast<std::size_t>(1 - number.exponent - size), '0').append(text);
  const std::size_t whole = text.size() - static_cast<std::size_t>(-number.exponent);
  return text.substr(0, whole).append(".").append(text, whole);
}

bool is_multiple(Decimal number, Decimal divisor) {
  if (number.is_zero()) return true;
  const std::int32_t shift = number.exponent - divisor.exponent;
  if (shift >= 0) {
    const Wide left = number.digits % divisor.digits;
    return left * power_of_ten(static_cast<std::uint32_t>(shift), divisor.digits) % divisor.digits == 0;
  }
  if (shift < -19) return false;  // more factors of ten than 64 bits can hold
  return number.digits % (divisor.digits * power_of_ten(static_cast<unsigned>(-shift))) == 0;
}

bool is_multiple(const slw_value& number, Decimal divisor) {
  if (divisor.exponent == 0) {  // an integer that does not end in zero: the usual case, without decimals
    if (number.kind == SLW_INT64)
      return (number.as.i64 < 0 ? 0 - number.as.u64 : number.as.u64) % divisor.digits == 0;
    if (number.kind == SLW_UINT64) return number.as.u64 % divisor.digits == 0;
  }
  return is_multiple(decimal_of(number), divisor);
}

}  // namespace slipway::schema
