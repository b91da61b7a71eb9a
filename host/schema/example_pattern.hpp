// Texts that a regular expression was written for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "schema/regex.hpp"

namespace slipway::schema {

// Walks the tree of an expression and writes what it reads. What `^`, `$` and `\b` ask for, and which
// characters have a Unicode property, is not known here: the text must be checked.
class PatternText {
 public:
  explicit PatternText(Regex regex);

  enum class Way : std::uint8_t { first, shortest, varied };  // which branch, and how often

  // Repeats what may be repeated until there are `wanted` characters. `probe` numbers the guesses at
  // characters with a property. Bounded, also where repetitions are inside each other.
  std::string make(Way way, std::uint32_t wanted, std::uint32_t probe, Random& random);

 private:
  void write(std::uint32_t node);
  void write_repeat(const RegexNode& node);
  void write_character(const CharacterSet& set);
  std::uint32_t branch(const RegexNode& node);

  Regex regex_;
  std::vector<std::uint32_t> least_;  // characters of each node's shortest text; saturates

  Way way_ = Way::first;
  std::uint32_t spare_ = 0;  // characters that are still to be added by repeating
  std::uint32_t probe_ = 0;
  Random* random_ = nullptr;
  std::string out_;
};

}  // namespace slipway::schema
