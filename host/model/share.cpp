#include "model/share.hpp"

#include <algorithm>
#include <cmath>

namespace slipway::model {
namespace {

// FNV-1a, 64 bits (draft-eastlake-fnv), with MurmurHash3's finalizer: alone, FNV's high bits hardly depend on
// the last characters, in which the names of callers differ.
constexpr std::uint64_t kOffset = 0xcbf29ce484222325;
constexpr std::uint64_t kPrime = 0x100000001b3;

std::uint64_t hash(std::string_view text, std::uint64_t state) {
  for (const char each : text) state = (state ^ static_cast<unsigned char>(each)) * kPrime;
  return state;
}

std::uint64_t mixed(std::uint64_t state) {
  state = (state ^ (state >> 33)) * 0xff51afd7ed558ccd;
  state = (state ^ (state >> 33)) * 0xc4ceb9fe1a85ec53;
  return state ^ (state >> 33);
}

}  // namespace

Share::Share(double part, std::string_view model, std::string sticky_header)
    : below_(static_cast<std::uint64_t>(std::llround(std::clamp(part, 0.0, 1.0) * 0x1p32))),
      seed_(mixed(hash(model, kOffset))),
      sticky_header_(std::move(sticky_header)) {}

bool Share::includes(std::string_view sticky_value) const {
  return includes(mixed(hash(sticky_value, seed_)));
}

}  // namespace slipway::model
