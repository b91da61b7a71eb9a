// The numbers that requests are full of (at most 15 digits before the point, and no exponent), eight digits
// at a time. All others are scan_number's.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "document/value.hpp"

namespace slipway::document {

// The digits at the start of a text, eight at most, as a number.
struct DigitRun {
  static constexpr unsigned kMost = 8;

  // Reads eight bytes. The first digit lies in the lowest byte of the word: neighbours are put together to
  // pairs, pairs to fours, and fours to eight. Fewer than eight are moved up, which puts zeros before them.
  explicit DigitRun(const char* at) {
    constexpr std::uint64_t kOnes = 0x0101010101010101u;
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word ^= '0' * kOnes;  // a digit's byte is its value now, and no other byte is below ten
    const std::uint64_t others = ((word + 0x76 * kOnes) | word) & 0x80 * kOnes;
    count = static_cast<unsigned>(std::countr_zero(others)) / 8;
    if (count == 0) return;
    word <<= 64 - 8 * count;
    word = (10 * word + (word >> 8)) & 0x00FF00FF00FF00FFu;
    word = (100 * word + (word >> 16)) & 0x0000FFFF0000FFFFu;
    value = (10'000 * word + (word >> 32)) & 0xFFFFFFFFu;
  }

  unsigned count;
  std::uint64_t value = 0;
};

// The powers of ten that a double holds exactly.
inline constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
// Of those that a run of digits needs.
inline constexpr std::uint32_t kRunPowers[] = {1,       10,        100,        1'000,      10'000,
                                               100'000, 1'000'000, 10'000'000, 100'000'000};
inline constexpr std::uint64_t kMostExactInteger = std::uint64_t{1} << 53;

inline bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

// Appends digits to a number of as many as fit below `most` in all. False: there are more.
inline bool take_digits(const char*& at, std::uint64_t& digits, unsigned& count, unsigned most) {
  for (;;) {
    const DigitRun run(at);
    count += run.count;
    if (count > most) return false;
    digits = digits * kRunPowers[run.count] + run.value;
    at += run.count;
    // How many there were is not asked: it is as good as random, and a wrong guess costs more than all of
    // this.
    if (!is_digit(*at)) return true;
  }
}

__extension__ typedef unsigned __int128 Uint128;

// A power of ten with its highest bit set, and what division by it needs: v = floor((2^128 - 1) / d) - 2^64.
struct PowerOfTen {
  std::uint64_t divisor;
  std::uint64_t reciprocal;
  int shift;  // by which it was moved up
};
inline constexpr auto kPowersOfTen = [] {
  std::array<PowerOfTen, 20> powers{};  // all that 64 bits hold
  std::uint64_t power = 1;
  for (PowerOfTen& each : powers) {
    each.shift = std::countl_zero(power);
    each.divisor = power << each.shift;
    each.reciprocal = static_cast<std::uint64_t>(~Uint128{0} / each.divisor);  // 2^64 is cut off
    power *= 10;
  }
  return powers;
}();

// digits / 10^power, rounded once, to nearest and ties to even. The quotient is made with 62 bits at least
// and one that stands for all below them, so what a double has no room for decides as all of it would. (The
// division: N. Moeller, T. Granlund, "Improved division by invariant integers", 2011, algorithm 4.)
inline double quotient(std::uint64_t digits, unsigned power) {
  if (digits == 0) return 0;
  const PowerOfTen& ten = kPowersOfTen[power];
  const int zeros = std::countl_zero(digits);
  // The dividend is digits with its highest bit set, times 2^63: less than the divisor times 2^64.
  const std::uint64_t high = digits << zeros >> 1;
  const std::uint64_t low = digits << zeros << 63;
  const Uint128 product = Uint128{high} * ten.reciprocal + (Uint128{high + 1} << 64 | low);
  auto whole = static_cast<std::uint64_t>(product >> 64);
  std::uint64_t rest = low - whole * ten.divisor;
  const std::uint64_t one_too_many = rest > static_cast<std::uint64_t>(product) ? 1 : 0;
  whole -= one_too_many;
  rest += ten.divisor & (0 - one_too_many);
  if (rest >= ten.divisor) [[unlikely]] {
    ++whole;
    rest -= ten.divisor;
  }
  const std::uint64_t kept = whole >> 1 | (whole & 1) | (rest != 0 ? 1 : 0);
  const auto exponent = static_cast<std::uint64_t>(1023 - 62 + ten.shift - zeros);
  return static_cast<double>(static_cast<std::int64_t>(kept)) * std::bit_cast<double>(exponent << 52);
}

// As scan_number() where it returns true; else nothing is said of what is there, and `at` stays. There must
// be 24 readable bytes from any byte on that belongs to no number.
inline bool scan_usual_number(const char*& at, slw_value& number) {
  const char* next = at;
  const bool negative = *next == '-';
  next += negative ? 1 : 0;
  const char* const first = next;
  std::uint64_t digits = 0;
  unsigned count = 0;
  if (is_digit(next[0]) && !is_digit(next[1])) {
    digits = static_cast<std::uint64_t>(*next++ - '0');
    count = 1;
  } else if (!take_digits(next, digits, count, 15) || count == 0 || *first == '0') {
    return false;
  }
  if (*next != '.') {
    if ((*next | 0x20) == 'e' || (negative && digits == 0)) return false;
    const auto value = static_cast<std::int64_t>(digits);
    number = {SLW_INT64, 0, 0, 0, {}};
    number.as.i64 = negative ? -value : value;
    at = next;
    return true;
  }
  const unsigned whole = count;
  ++next;
  if (!take_digits(next, digits, count, 19) || count == whole || (*next | 0x20) == 'e') return false;
  // Up to 2^53 both are exact, so the one operation rounds once: correctly. (W. D. Clinger, "How to read
  // floating point numbers accurately", 1990.)
  const double magnitude = digits <= kMostExactInteger
                               ? static_cast<double>(digits) / kExactPowers[count - whole]
                               : quotient(digits, count - whole);
  const auto value = std::bit_cast<std::uint64_t>(magnitude);
  number = {SLW_FLOAT64, 0, 0, 0, {}};
  number.as.f64 = std::bit_cast<double>(value | std::uint64_t{negative} << 63);
  at = next;
  return true;
}

}  // namespace slipway::document
