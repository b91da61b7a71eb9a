// A regular expression as a table of states over bytes: matching is one walk along the text, with no lock, no
// allocation and no state but the walker's own. Made for patterns whose table stays small; the others are
// RE2's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "schema/regex.hpp"

namespace slipway::schema {

class Automaton {
 public:
  static constexpr std::size_t kMostStates = 4096;     // on the way to the smallest table
  static constexpr std::size_t kMostEntries = 65'536;  // of that table: 256 KiB

  // None where a Unicode property is asked for, or where there would be too many states.
  static std::optional<Automaton> build(const Regex& regex);

  // Whether the expression is found in `text`, which is valid UTF-8.
  bool matches(std::string_view text) const;

  std::size_t states() const { return accepts_at_end_.size(); }

  // For walking several side by side. Bytes of one class lead to the same state.
  std::uint32_t start() const { return start_; }
  unsigned class_of(unsigned char byte) const { return class_of_[byte]; }
  std::uint32_t next(std::uint32_t state, unsigned char byte) const;
  bool accepts(std::uint32_t state) const { return accepts_at_end_[state] != 0; }

 private:
  friend class SubsetBuilder;
  static constexpr std::size_t kPackedStates = 16;

  bool walk_packed(std::string_view text) const;
  bool walk_table(std::string_view text) const;
  void minimise();
  void pack();

  std::array<std::uint8_t, 256> class_of_{};  // bytes that no state tells apart share a class
  std::uint32_t classes_ = 1;
  std::uint32_t start_ = 0;
  // State s on class c goes to next_[s * classes_ + c], given as s' * classes_.
  std::vector<std::uint32_t> next_;
  // Of at most 16 states instead: a class's row is one word with a nibble for each state's successor, so that
  // a step waits for no memory.
  std::vector<std::uint64_t> packed_;
  std::vector<std::uint8_t> accepts_at_end_;
};

}  // namespace slipway::schema
