// Walking an automaton.
#include "schema/automaton.hpp"

namespace slipway::schema {

bool Automaton::matches(std::string_view text) const {
  return packed_.empty() ? walk_table(text) : walk_packed(text);
}

bool Automaton::walk_packed(std::string_view text) const {
  const std::uint64_t* const rows = packed_.data();
  std::uint64_t state = 4 * start_;  // the place of its nibble
  for (const char c : text) state = (rows[class_of_[static_cast<unsigned char>(c)]] >> state & 15) * 4;
  return accepts_at_end_[state / 4] != 0;
}

bool Automaton::walk_table(std::string_view text) const {
  const std::uint32_t* const next = next_.data();
  std::uint32_t state = start_ * classes_;
  for (const char c : text) state = next[state + class_of_[static_cast<unsigned char>(c)]];
  return accepts_at_end_[state / classes_] != 0;
}

std::uint32_t Automaton::next(std::uint32_t state, unsigned char byte) const {
  const std::uint32_t c = class_of_[byte];
  if (packed_.empty()) return next_[state * classes_ + c] / classes_;
  return static_cast<std::uint32_t>(packed_[c] >> (4 * state) & 15);
}

void Automaton::pack() {
  if (states() > kPackedStates) return;
  packed_.assign(classes_, 0);
  for (std::uint32_t state = 0; state < states(); ++state)
    for (std::uint32_t c = 0; c < classes_; ++c)
      packed_[c] |= static_cast<std::uint64_t>(next_[state * classes_ + c] / classes_) << (4 * state);
  next_.clear();
}

}  // namespace slipway::schema
