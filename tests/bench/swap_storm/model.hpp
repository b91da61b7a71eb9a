// The storm's two models: the one that is swapped and its neighbour, which is not.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace storm {

constexpr std::string_view kModel = "swap-storm";
constexpr std::string_view kNeighbourModel = "swap-storm-neighbour";
constexpr std::uint32_t kNeighbourVersion = 1000;
constexpr std::array<std::string_view, 2> kPaths = {"/models/swap-storm/predict",
                                                    "/models/swap-storm-neighbour/predict"};

inline std::string version_text(std::uint32_t version) {
  return "1.0." + std::to_string(version);
}

inline std::optional<std::uint32_t> version_number(std::string_view text) {
  constexpr std::string_view kPrefix = "1.0.";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + kPrefix.size(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace storm
