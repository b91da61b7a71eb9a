// Decimal numbers as JSON writes them, to nodes, exactly.
#pragma once

#include <cstdint>
#include <vector>

#include "document/value.hpp"

namespace slipway::document {

enum class Scan {
  number,        // `number` is filled
  not_a_number,  // the text does not start with a JSON number
  too_large,     // a number, but no finite double is near it
};

// Reads the JSON number at the start of a text that ends with a NUL or any other byte that belongs to no
// number, and moves `at` behind it. An integer becomes int64, else uint64, else the nearest double with
// SLW_INTEGRAL; all else becomes the nearest double (ties to even). -0 is a double with SLW_INTEGRAL. What is
// too small for a double is zero.
Scan scan_number(const char*& at, slw_value& number);

// A whole JSON array of numbers, read in one pass: the fast way into a tensor. Keeps its memory.
class NumberArray {
 public:
  // Reads numbers, commas and white space from behind the opening bracket up to the closing one, and leaves
  // `at` on that. False when anything else is met, when a number is too large, or when the numbers cannot be
  // packed without changing one: `at` is then where it was. The text is padded as scan_usual_number() asks.
  bool scan(const char*& at);

  bool integers_only() const { return doubles_.empty(); }
  const std::vector<std::int64_t>& integers() const { return integers_; }
  const std::vector<double>& doubles() const { return doubles_; }
  // As SLW_MIXED has it; empty when there are no integers among the doubles.
  const std::vector<std::uint8_t>& written_as_integer() const { return written_as_integer_; }

  void shrink(std::size_t keep);

 private:
  bool take(const slw_value& number);
  bool take_other(const slw_value& number);
  bool take_double(double value, bool integral);
  void mark_integer(std::size_t i) {
    written_as_integer_[i / 8] = static_cast<std::uint8_t>(written_as_integer_[i / 8] | 1u << (i % 8));
  }

  std::vector<std::int64_t> integers_;
  std::vector<double> doubles_;
  std::vector<std::uint8_t> written_as_integer_;
};

}  // namespace slipway::document
