// Semantic versions (semver.org 2.0.0): parsed, ordered.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace slipway::model {

class SemanticVersion {
 public:
  static Result<SemanticVersion> parse(std::string_view text);

  const std::string& text() const { return text_; }
  std::uint64_t major_number() const { return numbers_[0]; }
  std::uint64_t minor_number() const { return numbers_[1]; }
  bool is_prerelease() const { return !prerelease_.empty(); }

  // Section 11's order; build metadata do not count.
  friend std::strong_ordering operator<=>(const SemanticVersion& a, const SemanticVersion& b);
  friend bool operator==(const SemanticVersion& a, const SemanticVersion& b) { return (a <=> b) == 0; }

 private:
  std::string text_;
  std::uint64_t numbers_[3] = {};
  std::vector<std::string> prerelease_;
};

}  // namespace slipway::model
