#include "schema/example_number.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "document/number.hpp"

namespace slipway::schema {
namespace {

constexpr double kWide = 1000;           // how far from its one bound a varied number lies, or from 0
constexpr double kExactDouble = 0x1p53;  // integers above it are not told apart
constexpr double kMostDigits = 0x1p63;
constexpr int kMultiples = 40;  // tried from each end
constexpr int kVaried = 8;

slw_value number_of(const std::string& text) {
  slw_value number{};
  const char* at = text.c_str();
  (void)document::scan_number(at, number);
  return number;
}

slw_value integer(std::int64_t value) {
  return number_of(std::to_string(value));
}

slw_value real(double value) {
  slw_value number{};
  number.kind = SLW_FLOAT64;
  number.as.f64 = value;
  return number;
}

double to_double(Decimal number) {
  return std::strtod(to_text(number).c_str(), nullptr);
}

// count * divisor as it would be written; whole numbers without an exponent.
slw_value multiple(double count, Decimal divisor) {
  const double magnitude = std::fabs(count);
  if (!(magnitude * static_cast<double>(divisor.digits) < kMostDigits && magnitude < kExactDouble))
    return real(count * to_double(divisor));
  std::string text = std::to_string(static_cast<std::uint64_t>(magnitude) * divisor.digits);
  if (divisor.exponent < 0) {
    const auto fraction = static_cast<std::size_t>(-divisor.exponent);
    if (text.size() <= fraction) text.insert(0, fraction + 1 - text.size(), '0');
    std::string after = text.substr(text.size() - fraction);
    text.resize(text.size() - fraction);
    after.erase(after.find_last_not_of('0') + 1);
    if (!after.empty()) text += "." + after;
  } else {
    text.append(static_cast<std::size_t>(divisor.exponent), '0');
  }
  return number_of(count < 0 ? "-" + text : text);
}

// Where to look: the bounds, or near the one that there is.
struct Span {
  double low;
  double high;
};
Span span_of(const Bounds& bounds) {
  Span span{bounds.low, bounds.high};
  const bool below = std::isfinite(span.low);
  const bool above = std::isfinite(span.high);
  if (!below) span.low = above ? span.high - kWide : -kWide;
  if (!above) span.high = below ? span.low + kWide : kWide;
  return span;
}

void add_multiples(const Demand& demand, const Span& span, Random* random, std::vector<slw_value>& out) {
  for (const Decimal divisor : demand.divisors) {
    const double step = to_double(divisor);
    const double first = std::ceil(span.low / step);
    const double last = std::floor(span.high / step);
    if (random != nullptr)
      for (int i = 0; i < kVaried; ++i)
        out.push_back(multiple(std::floor(first + random->fraction() * (last - first + 1)), divisor));
    for (const double count : {1.0, 0.0}) out.push_back(multiple(count, divisor));
    for (int i = 0; i < kMultiples; ++i) {
      out.push_back(multiple(first + i, divisor));
      out.push_back(multiple(last - i, divisor));
    }
  }
  // What several divisors have in common, where that is small.
  if (demand.divisors.size() < 2) return;
  const Decimal largest = *std::max_element(demand.divisors.begin(), demand.divisors.end(),
                                            [](Decimal a, Decimal b) { return to_double(a) < to_double(b); });
  for (int i = 1; i <= kMultiples * kMultiples; ++i) out.push_back(multiple(i, largest));
}

void add_integers(const Bounds& bounds, const Span& span, Random* random, std::vector<slw_value>& out) {
  if (bounds.int_low <= bounds.int_high) {
    const double low = std::max(span.low, static_cast<double>(bounds.int_low));
    const double high = std::min(span.high, static_cast<double>(bounds.int_high));
    const double from = std::max(low, 1 - kExactDouble);
    const double to = std::min(high, kExactDouble - 1);
    if (random != nullptr && from <= to)
      for (int i = 0; i < kVaried; ++i)
        out.push_back(
            integer(static_cast<std::int64_t>(std::floor(from + random->fraction() * (to - from + 1)))));
    for (const std::int64_t plain : {1, 0, 10, 100, -1}) out.push_back(integer(plain));
    if (bounds.int_low != std::numeric_limits<std::int64_t>::min()) out.push_back(integer(bounds.int_low));
    if (bounds.int_high != std::numeric_limits<std::int64_t>::max()) out.push_back(integer(bounds.int_high));
    if (std::fabs(std::ceil(low)) < kExactDouble)
      for (int i = 0; i < kMultiples; ++i)
        out.push_back(integer(static_cast<std::int64_t>(std::ceil(low)) + i));
  }
  if (bounds.uint_low <= bounds.uint_high) {
    out.push_back(number_of(std::to_string(bounds.uint_low)));
    out.push_back(number_of(std::to_string(bounds.uint_high)));
  }
  // Integers beyond 64 bits are doubles that were written without an exponent.
  for (const double end : {bounds.low, bounds.high}) {
    slw_value huge = real(end);
    huge.detail = SLW_INTEGRAL;
    if (std::isfinite(end) && std::fabs(end) >= kExactDouble) out.push_back(huge);
  }
}

void add_reals(const Bounds& bounds, const Span& span, Random* random, std::vector<slw_value>& out) {
  if (random != nullptr)
    for (int i = 0; i < kVaried; ++i) {
      const double value = span.low + random->fraction() * (span.high - span.low);
      out.push_back(real(i % 2 == 0 ? std::round(value * 100) / 100 : value));
    }
  out.push_back(real(0.5));
  const double middle = span.low / 2 + span.high / 2;
  for (const double round : {1.0, 10.0, 1000.0}) out.push_back(real(std::round(middle * round) / round));
  out.push_back(real(middle));
  for (const double end : {bounds.low, bounds.high})
    if (std::isfinite(end)) out.push_back(real(end));
}

}  // namespace

std::vector<slw_value> numbers_for(const Demand& demand, Random* random) {
  std::vector<slw_value> all;
  const Span span = span_of(demand.bounds);
  if (!demand.divisors.empty()) {
    add_multiples(demand, span, random, all);
  } else if (random != nullptr && !demand.integral_only && random->one_in(2)) {
    add_reals(demand.bounds, span, random, all);
  }
  add_integers(demand.bounds, span, random, all);
  if (!demand.integral_only) add_reals(demand.bounds, span, random, all);
  std::erase_if(all, [&](const slw_value& number) {
    const bool fraction = number.kind == SLW_FLOAT64 && (number.detail & SLW_INTEGRAL) == 0;
    const bool finite = number.kind != SLW_FLOAT64 || std::isfinite(number.as.f64);
    return !finite || (fraction && demand.integral_only) || !demand.bounds.allow(number) ||
           std::any_of(demand.divisors.begin(), demand.divisors.end(),
                       [&](Decimal divisor) { return !is_multiple(number, divisor); });
  });
  return all;
}

}  // namespace slipway::schema
