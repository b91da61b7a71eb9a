// Random choices, and random JSON out of so few names, texts and numbers that a schema and a document made
// apart often speak of the same ones. One seed gives the same values on every machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "document/json_tree.hpp"

namespace slipway::testing {

using document::Json;

// What generated schemas and documents may contain.
enum Feature : std::uint32_t {
  kType = 1u << 0,
  kEnum = 1u << 1,
  kBounds = 1u << 2,  // minimum, maximum and their exclusive flags
  kMultipleOf = 1u << 3,
  kLength = 1u << 4,  // minLength, maxLength
  kPattern = 1u << 5,
  kFormat = 1u << 6,
  kItems = 1u << 7,  // items, additionalItems, minItems, maxItems
  kUniqueItems = 1u << 8,
  kProperties = 1u << 9,  // properties, required, additionalProperties, minProperties, maxProperties
  kPatternProperties = 1u << 10,
  kDependencies = 1u << 11,
  kCombinations = 1u << 12,  // allOf, anyOf, oneOf
  kNot = 1u << 13,
  kReferences = 1u << 14,    // $ref into definitions, never in a circle
  kRecursion = 1u << 15,     // with kReferences: in circles too, and to the whole schema
  kFractions = 1u << 16,     // numbers with a fraction or an exponent, 1.0 and 1e2 among them
  kLargeNumbers = 1u << 17,  // integers around 2^53, 2^63 and 2^64, and beyond
  kNonAscii = 1u << 18,
};
constexpr std::uint32_t kEveryFeature = (1u << 19) - 1;

// A regular expression, and texts that match it.
struct PatternExample {
  const char* pattern;
  std::array<const char*, 4> matching;
};

// A format, texts that have it, and one that nearly has.
struct FormatExample {
  const char* format;
  std::array<const char*, 2> valid;
  const char* invalid;
};

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed, std::uint32_t features = kEveryFeature)
      : engine_(seed), features_(features) {}

  bool has(std::uint32_t features) const { return (features_ & features) == features; }

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class Container>
  const auto& pick(const Container& from) {
    return from[below(std::size(from))];
  }

  std::string_view name();
  std::string text();
  std::string integer();
  std::string number();
  const PatternExample& pattern();
  const FormatExample& format();
  // Any value with at most `depth` containers inside each other.
  Json value(unsigned depth);
  // So many values, no two of them equal.
  std::vector<Json> distinct_values(std::size_t count);

 private:
  std::mt19937_64 engine_;
  std::uint32_t features_;
};

}  // namespace slipway::testing
