// Texts by length, format and pattern.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "schema/example_demand.hpp"
#include "schema/example_pattern.hpp"

namespace slipway::schema {

// One guess after the other at a text that a demand accepts: the readable ones first, or varied ones first.
class TextSearch {
 public:
  static constexpr std::uint32_t kMostTries = 64;

  TextSearch(const Demand& demand, bool varied, Random& random);

  // The next text that has the right length, format and patterns; none when there are no more tries.
  std::optional<std::string> next();

 private:
  std::string guess(std::uint32_t way);
  std::string plain(std::uint32_t way);
  std::string lengthened(std::string text) const;
  bool accepts(const std::string& text) const;

  const Demand& demand_;
  const bool varied_;
  Random& random_;
  std::vector<PatternText> patterns_;
  std::uint32_t tries_ = 0;
};

}  // namespace slipway::schema
