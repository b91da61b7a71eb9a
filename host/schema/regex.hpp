// Regular expressions as JSON Schema means them: ECMA-262 with Unicode semantics, searched for anywhere in
// the text. Parsed here into a tree, from which both RE2's notation and an automaton of our own are made, so
// that the two cannot disagree about what a pattern says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace slipway::schema {

// A set of characters: ranges in order, none touching another, no surrogates (valid UTF-8 has none); and
// Unicode properties in RE2's notation, which only RE2 can look up.
class CharacterSet {
 public:
  struct Range {
    std::uint32_t low;
    std::uint32_t high;
  };
  static constexpr std::uint32_t kLast = 0x10FFFF;

  void add(std::uint32_t low, std::uint32_t high);
  void add(const CharacterSet& other);
  void add_property(std::string re2_notation) { properties_.push_back(std::move(re2_notation)); }
  void negate();  // without properties only
  // For a set with properties the complement is left to RE2.
  void negate_lazily();

  const std::vector<Range>& ranges() const { return ranges_; }
  const std::vector<std::string>& properties() const { return properties_; }
  bool negated() const { return negated_; }
  bool contains(std::uint32_t character) const;
  bool contains(std::uint32_t low, std::uint32_t high) const;

 private:
  std::vector<Range> ranges_;
  std::vector<std::string> properties_;
  bool negated_ = false;
};

CharacterSet digits();             // \d
CharacterSet word();               // \w
CharacterSet white_space();        // \s
CharacterSet any_but_line_ends();  // .

// RE2's notation for a Unicode property as ECMA-262 writes it in \p{...}: a general category by its short or
// long name, or Script=Name. Empty for what is neither.
std::string re2_property(std::string_view name, bool negated);

struct RegexNode {
  enum class Kind : std::uint8_t {
    empty,
    set,
    sequence,
    choice,
    repeat,
    start,
    end,
    word_boundary,
    no_word_boundary
  };
  static constexpr std::uint32_t kUnbounded = 0xFFFFFFFF;

  Kind kind = Kind::empty;
  std::uint32_t set = 0;                // in Regex::sets
  std::uint32_t least = 0;              // repeat
  std::uint32_t most = 0;               // repeat; kUnbounded for none
  std::vector<std::uint32_t> children;  // in Regex::nodes
};

struct Regex {
  std::vector<RegexNode> nodes;
  std::vector<CharacterSet> sets;
  std::uint32_t root = 0;
};

// The error's message is a clause that names the construct: "look-ahead (?=...) at character 3 is not
// supported".
Result<Regex> parse_regex(std::string_view pattern);

std::string to_re2(const Regex& regex);

}  // namespace slipway::schema
