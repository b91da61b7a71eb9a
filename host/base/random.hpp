// Pseudo-random numbers, the same everywhere for the same seed: for examples, tests and drawing lots, never
// for secrets.
#pragma once

#include <cstdint>

namespace slipway {

// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    return mixed ^ mixed >> 31;
  }
  // 0 to bound - 1; `bound` is not 0. Not quite even for huge bounds, which nobody here minds.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // 0 to just below 1

 private:
  std::uint64_t state_;
};

}  // namespace slipway
