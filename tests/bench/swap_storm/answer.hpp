// What version `version` of the storm's model answers to `x`: the plugin puts it together from three places
// that a bad swap could mix up, and the load generator checks every answer against the whole.
#pragma once

#include <cstdint>

namespace storm {

constexpr std::uint64_t kModulus = 1'000'003;
constexpr unsigned kEntries = 64;

constexpr std::uint64_t factor(std::uint64_t version) {  // in the plugin's code
  return 2 * version + 3;
}
constexpr std::uint64_t entry(std::uint64_t version,
                              std::uint64_t at) {  // in data that is made when it is loaded
  return (31 * at * at + 977 * version + at) % kModulus;
}
constexpr std::uint64_t salt(std::uint64_t version) {  // in the manifest of its bundle
  return 7919 * version + 13;
}
constexpr std::uint64_t answer(std::uint64_t version, std::uint64_t x) {
  return (x * factor(version) + entry(version, x % kEntries) + salt(version)) % kModulus;
}

}  // namespace storm
