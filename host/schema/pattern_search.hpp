// Whether there is a text that some patterns match and others do not, within a range of lengths: a walk along
// the automata of all of them at once. What compatibility knows of strings and of members' names.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "schema/pattern.hpp"

namespace slipway::schema {

struct TextQuery {
  std::vector<const Pattern*> matching;  // all of them match the text
  std::vector<const Pattern*> avoiding;  // none of them does
  std::uint64_t min_length = 0;          // characters
  std::uint64_t max_length = kUnbounded;

  static constexpr std::uint64_t kUnbounded = ~std::uint64_t{0};

  auto operator<=>(const TextQuery&) const = default;
};

struct TextAnswer {
  // `unknown`: the search would take too long, or a pattern is one of RE2's, which cannot be looked into.
  enum class Outcome : std::uint8_t { none, found, unknown };
  Outcome outcome = Outcome::unknown;
  std::string
      text;  // what was found, short and printable where that can be; not written out where it is huge
};

// The searches of one comparison: each is made once, and all of them together are bounded.
class PatternSearch {
 public:
  static constexpr std::size_t kMostPlaces = 20'000;  // looked at in one search
  static constexpr std::size_t kMostPlacesInAll = 500'000;

  const TextAnswer& find(const TextQuery& query);

 private:
  TextAnswer search(const TextQuery& query);

  std::map<TextQuery, TextAnswer> known_;
  std::size_t places_ = 0;
};

}  // namespace slipway::schema
