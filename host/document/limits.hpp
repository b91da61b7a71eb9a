// Bounds on one document, whoever sends it. Parsing stops at the first one passed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace slipway::document {

struct Limits {
  std::uint32_t depth = 64;                 // arrays and objects inside each other
  std::uint32_t nodes = 4'000'000;          // values; an array of numbers counts as one
  std::size_t string_bytes = 16u << 20;     // one string or key
  std::size_t document_bytes = 512u << 20;  // memory of the whole document

  static constexpr std::uint32_t kMostDepth = 1'000;  // what recursion in this program can take on any thread
};

}  // namespace slipway::document
