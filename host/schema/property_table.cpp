// Building the hash table of a schema's members.
#include "schema/property_table.hpp"

#include <algorithm>
#include <bit>

namespace slipway::schema {
namespace {

// Odd numbers to try until the names of a small table fall into slots of their own.
constexpr std::uint32_t kMultipliers[] = {0x9E3779B1u, 0x85EBCA77u, 0xC2B2AE3Du, 0x27D4EB2Fu,
                                          0x165667B1u, 0xCC9E2D51u, 0x1B873593u, 0xE6546B65u,
                                          0xD6E8FEB9u, 0xA2AA033Bu, 0x62992FC1u, 0x30BC5B29u};

}  // namespace

Property& PropertyTable::add(std::string_view name) {
  if (const Property* const known = find(name)) return properties_[static_cast<std::size_t>(known - begin())];
  const Ends ends = ends_of(name.data(), name.size());
  const Property added{ends.head,
                       ends.tail,
                       static_cast<std::uint32_t>(name.size()),
                       static_cast<std::uint32_t>(names_.size()),
                       kUndeclared,
                       kOptional,
                       slw_key_hash(name.data(), name.size())};
  names_.append(name);
  properties_.push_back(added);
  if (2 * properties_.size() > slots_.size()) {
    seal();
  } else {
    std::uint32_t at = slot_of(added.tag);
    while (slots_[at] != kFree) at = (at + 1) & mask_;
    slots_[at] = static_cast<std::uint32_t>(properties_.size() - 1);
  }
  return properties_.back();
}

// Fills `slots` and returns the longest search for any name.
std::uint32_t PropertyTable::place(std::uint32_t multiplier, std::vector<std::uint32_t>& slots) const {
  std::uint32_t longest = 0;
  std::fill(slots.begin(), slots.end(), kFree);
  for (std::uint32_t i = 0; i < properties_.size(); ++i) {
    std::uint32_t at = (properties_[i].tag * multiplier >> 12) & mask_;
    std::uint32_t steps = 0;
    for (; slots[at] != kFree; at = (at + 1) & mask_) ++steps;
    slots[at] = i;
    longest = std::max(longest, steps);
  }
  return longest;
}

void PropertyTable::seal() {
  if (properties_.empty()) return;
  slots_.assign(std::bit_ceil(4 * properties_.size()), kFree);
  mask_ = static_cast<std::uint32_t>(slots_.size() - 1);
  std::uint32_t best = kFree;
  std::uint32_t chosen = kMultipliers[0];
  for (const std::uint32_t multiplier : kMultipliers) {
    const std::uint32_t longest = place(multiplier, slots_);
    if (longest < best) best = longest, chosen = multiplier;
    if (best == 0 || properties_.size() > 4096) break;
  }
  multiplier_ = chosen;
  place(multiplier_, slots_);
}

const Property* PropertyTable::find(const slw_value* key) const {
  if (slots_.empty()) return nullptr;
  for (std::uint32_t at = slot_of(key->tag);; at = (at + 1) & mask_) {
    const std::uint32_t entry = slots_[at];
    if (entry == kFree) return nullptr;
    if (is(properties_[entry], key)) return &properties_[entry];
  }
}

const Property* PropertyTable::find(std::string_view name) const {
  if (slots_.empty()) return nullptr;
  const std::uint16_t tag = slw_key_hash(name.data(), name.size());
  for (std::uint32_t at = slot_of(tag);; at = (at + 1) & mask_) {
    const std::uint32_t entry = slots_[at];
    if (entry == kFree) return nullptr;
    const Property& p = properties_[entry];
    if (p.tag == tag && this->name(p) == name) return &p;
  }
}

}  // namespace slipway::schema
