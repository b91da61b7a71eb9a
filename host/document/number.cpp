#include "document/number.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "document/usual_number.hpp"

namespace slipway::document {
namespace {

// A number's text, taken apart.
struct Decimal {
  const char* begin;
  const char* end;
  std::uint64_t digits = 0;    // all significant digits, when there are at most 19
  int significant = 0;         // how many there are
  std::int64_t exponent = 0;   // digits * 10^exponent
  std::int64_t magnitude = 0;  // the place of the first significant digit: 123 has 3, 0.01 has -1
  bool negative = false;
  bool integer = true;
};

void take_digit(Decimal& decimal, char c) {
  const auto digit = static_cast<unsigned>(c - '0');
  if (decimal.significant == 0 && digit == 0) return;
  if (++decimal.significant <= 19) decimal.digits = 10 * decimal.digits + digit;
}

bool take_exponent(const char*& at, Decimal& decimal) {
  decimal.integer = false;
  ++at;
  const bool negative = *at == '-';
  if (*at == '+' || *at == '-') ++at;
  if (!is_digit(*at)) return false;
  std::int64_t exponent = 0;
  // Beyond a million nothing changes any more, and nothing may overflow.
  for (; is_digit(*at); ++at)
    if (exponent < 1'000'000) exponent = 10 * exponent + (*at - '0');
  if (negative) exponent = -exponent;
  decimal.exponent += exponent;
  decimal.magnitude += exponent;
  return true;
}

// RFC 8259's grammar; false when the text is not a number.
bool take_apart(const char*& at, Decimal& decimal) {
  decimal.begin = at;
  if (*at == '-') {
    decimal.negative = true;
    ++at;
  }
  if (!is_digit(*at)) return false;
  if (*at == '0') {
    ++at;
  } else {
    const char* const first = at;
    do take_digit(decimal, *at++);
    while (is_digit(*at));
    decimal.magnitude = at - first;
  }
  if (*at == '.') {
    decimal.integer = false;
    ++at;
    if (!is_digit(*at)) return false;
    const char* const first = at;
    for (; is_digit(*at); ++at) {
      if (decimal.significant == 0 && *at == '0') --decimal.magnitude;
      take_digit(decimal, *at);
    }
    decimal.exponent = -(at - first);
  }
  if ((*at == 'e' || *at == 'E') && !take_exponent(at, decimal)) return false;
  decimal.end = at;
  return true;
}

// The nearest double. False: there is no finite one.
bool to_double(const Decimal& decimal, double& value) {
  if (decimal.significant <= 19 && decimal.digits <= kMostExactInteger && decimal.exponent >= -22 &&
      decimal.exponent <= 22) {
    // As in usual_number.hpp, with a product too.
    value = static_cast<double>(decimal.digits);
    value = decimal.exponent < 0 ? value / kExactPowers[-decimal.exponent]
                                 : value * kExactPowers[decimal.exponent];
    if (decimal.negative) value = -value;
    return true;
  }
  const auto [end, error] = std::from_chars(decimal.begin, decimal.end, value);
  if (error == std::errc()) return std::isfinite(value);
  // std::from_chars says "out of range" for both ends of the range.
  if (decimal.significant != 0 && decimal.magnitude > 0) return false;
  value = decimal.negative ? -0.0 : 0.0;
  return true;
}

bool is_exact_double(std::int64_t integer) {
  constexpr auto kMost = static_cast<std::int64_t>(kMostExactInteger);
  return integer >= -kMost && integer <= kMost;
}

void skip_white_space(const char*& at) {
  while (static_cast<unsigned char>(*at) <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
    ++at;
}

}  // namespace

Scan scan_number(const char*& at, slw_value& number) {
  Decimal decimal{};
  const char* next = at;
  if (!take_apart(next, decimal)) return Scan::not_a_number;
  number = slw_value{};
  const bool minus_zero = decimal.negative && decimal.significant == 0;
  if (decimal.integer && decimal.significant <= 19 && !minus_zero) {
    // 19 digits fit into 64 bits without a sign.
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (decimal.digits <= kMost || (decimal.negative && decimal.digits == kMost + 1)) {
      number.kind = SLW_INT64;
      number.as.i64 = static_cast<std::int64_t>(decimal.negative ? 0 - decimal.digits : decimal.digits);
      at = next;
      return Scan::number;
    }
  }
  if (decimal.integer && !decimal.negative && decimal.significant <= 20) {
    const auto [end, error] = std::from_chars(decimal.begin, decimal.end, number.as.u64);
    if (error == std::errc()) {
      number.kind = SLW_UINT64;
      at = next;
      return Scan::number;
    }
  }
  number.kind = SLW_FLOAT64;
  number.detail = decimal.integer ? SLW_INTEGRAL : 0;
  if (!to_double(decimal, number.as.f64)) return Scan::too_large;
  at = next;
  return Scan::number;
}

bool NumberArray::take_double(double value, bool integral) {
  if (!integers_.empty()) {
    // The first double after integers only: they all become doubles.
    for (const std::int64_t integer : integers_) {
      if (!is_exact_double(integer)) return false;
      doubles_.push_back(static_cast<double>(integer));
    }
    written_as_integer_.assign((doubles_.size() + 7) / 8, 0xFF);
    if (doubles_.size() % 8 != 0)
      written_as_integer_.back() = static_cast<std::uint8_t>((1u << doubles_.size() % 8) - 1);
    integers_.clear();
  }
  const std::size_t i = doubles_.size();
  if (integral) {
    if (written_as_integer_.size() <= i / 8)
      written_as_integer_.resize(i / 4 + 8, 0);  // room ahead, see take()
    mark_integer(i);
  }
  doubles_.push_back(value);
  return true;
}

// Those that change the kind of the array, or do not fit into it.
bool NumberArray::take_other(const slw_value& number) {
  if (number.kind == SLW_UINT64) return false;
  if (number.kind == SLW_FLOAT64) {
    const bool integral = number.detail == SLW_INTEGRAL;
    return (!integral || number.as.f64 == 0) && take_double(number.as.f64, integral);
  }
  if (!is_exact_double(number.as.i64)) return false;
  return take_double(static_cast<double>(number.as.i64), true);
}

[[gnu::always_inline]] inline bool NumberArray::take(const slw_value& number) {
  if (number.kind == SLW_FLOAT64 && number.detail == 0 && integers_.empty()) {
    doubles_.push_back(number.as.f64);
    return true;
  }
  if (number.kind == SLW_INT64 && doubles_.empty()) {
    integers_.push_back(number.as.i64);
    return true;
  }
  const std::size_t i = doubles_.size();
  if (number.kind == SLW_INT64 && is_exact_double(number.as.i64) && i / 8 < written_as_integer_.size()) {
    mark_integer(i);
    doubles_.push_back(static_cast<double>(number.as.i64));
    return true;
  }
  return take_other(number);
}

bool NumberArray::scan(const char*& at) {
  integers_.clear();
  doubles_.clear();
  written_as_integer_.clear();
  const char* next = at;
  for (;;) {
    skip_white_space(next);
    slw_value number;
    if (!scan_usual_number(next, number) && scan_number(next, number) != Scan::number) return false;
    if (!take(number)) return false;
    skip_white_space(next);
    if (*next == ']') break;
    if (*next++ != ',') return false;
  }
  if (!written_as_integer_.empty()) written_as_integer_.resize((doubles_.size() + 7) / 8, 0);
  at = next;
  return true;
}

void NumberArray::shrink(std::size_t keep) {
  if (integers_.capacity() * sizeof(std::int64_t) > keep) std::vector<std::int64_t>().swap(integers_);
  if (doubles_.capacity() * sizeof(double) > keep) std::vector<double>().swap(doubles_);
  if (written_as_integer_.capacity() > keep / 16) std::vector<std::uint8_t>().swap(written_as_integer_);
}

}  // namespace slipway::document
