// A regular expression as a nondeterministic automaton over the bytes of UTF-8: the step between the tree and
// the table.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schema/regex.hpp"

namespace slipway::schema {

struct ByteInstruction {
  enum class Kind : std::uint8_t { bytes, split, start, end, word_boundary, no_word_boundary, match };
  Kind kind = Kind::match;
  std::uint8_t low = 0;  // bytes
  std::uint8_t high = 0;
  std::uint32_t next = 0;
  std::uint32_t other = 0;  // split
};

struct ByteProgram {
  static constexpr std::size_t kMostInstructions = 20'000;

  std::vector<ByteInstruction> code;
  std::uint32_t start = 0;
  bool boundaries = false;  // \b or \B occurs

  // None where a Unicode property is asked for, or where the program would be too long.
  static std::optional<ByteProgram> build(const Regex& regex);
};

}  // namespace slipway::schema
