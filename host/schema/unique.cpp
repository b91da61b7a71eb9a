// Finding equal items by their hashes.
#include "schema/unique.hpp"

#include <sys/random.h>

#include <array>
#include <bit>
#include <span>
#include <vector>

namespace slipway::schema {
namespace {

constexpr std::uint32_t kFree = 0xFFFFFFFF;
constexpr std::uint32_t kPairwise = 8;         // so few are compared each with each
constexpr std::size_t kOnStack = 256;          // slots
constexpr std::size_t kKeep = 1u << 16;        // slots that stay with the thread
constexpr std::uint64_t kWastedCompares = 64;  // besides one for each item

struct Slot {
  std::uint64_t hash;
  std::uint32_t item;
};

// Where an item goes must not be known to whoever made it.
std::uint64_t secret_multiplier() {
  static const std::uint64_t secret = [] {
    std::uint64_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
      random = reinterpret_cast<std::uintptr_t>(&random);
    return random | 1;
  }();
  return secret;
}

// `hash_of(i)` and `same(i, j)` speak of items.
template <class HashOf, class Same>
std::optional<EqualItems> search(std::uint32_t count, std::span<Slot> slots, HashOf hash_of, Same same) {
  const std::uint64_t multiplier = secret_multiplier();
  const unsigned shift = 64u - static_cast<unsigned>(std::countr_zero(slots.size()));
  std::uint64_t wasted = 0;
  for (Slot& slot : slots) slot.item = kFree;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t hash = hash_of(i);
    std::size_t at = static_cast<std::size_t>((hash ^ hash >> 32) * multiplier >> shift);
    for (; slots[at].item != kFree; at = (at + 1) & (slots.size() - 1)) {
      if (slots[at].hash != hash) continue;
      if (same(slots[at].item, i)) return EqualItems{slots[at].item, i};
      if (++wasted > count + kWastedCompares) return EqualItems{slots[at].item, i, true};
    }
    slots[at] = {hash, i};
  }
  return std::nullopt;
}

template <class HashOf, class Same>
std::optional<EqualItems> find(std::uint32_t count, HashOf hash_of, Same same) {
  if (count <= kPairwise) {
    for (std::uint32_t j = 1; j < count; ++j)
      for (std::uint32_t i = 0; i < j; ++i)
        if (same(i, j)) return EqualItems{i, j};
    return std::nullopt;
  }
  const std::size_t slots = std::bit_ceil(2 * static_cast<std::size_t>(count));
  if (slots <= kOnStack) {
    std::array<Slot, kOnStack> table;
    return search(count, std::span(table).first(slots), hash_of, same);
  }
  thread_local std::vector<Slot> scratch;
  if (scratch.size() < slots) scratch.resize(slots);
  const auto found = search(count, std::span(scratch).first(slots), hash_of, same);
  if (scratch.size() > kKeep) {
    scratch.resize(kKeep);
    scratch.shrink_to_fit();
  }
  return found;
}

}  // namespace

std::optional<EqualItems> find_equal_items(const slw_value* array) {
  const auto* const items = static_cast<const slw_value*>(slw_payload(array));
  return find(
      array->count, [&](std::uint32_t i) { return document::hash(document::Value(items + i)); },
      [&](std::uint32_t i, std::uint32_t j) {
        return document::equal(document::Value(items + i), document::Value(items + j));
      });
}

std::optional<EqualItems> find_equal_items(View view) {
  if (view.innermost()) {
    const auto item = [&](std::uint32_t i) { return document::Value(view.number(i)); };
    return find(
        view.size(), [&](std::uint32_t i) { return document::hash(item(i)); },
        [&](std::uint32_t i, std::uint32_t j) { return document::equal(item(i), item(j)); });
  }
  return find(
      view.size(), [&](std::uint32_t i) { return hash(view.row(i)); },
      [&](std::uint32_t i, std::uint32_t j) { return equal(view.row(i), view.row(j)); });
}

}  // namespace slipway::schema
