// The part of the builder that looks after an object's keys: no duplicates, and an index where there are
// many.
#include <algorithm>
#include <cstring>

#include "document/builder.hpp"
#include "document/pointer.hpp"

namespace slipway::document {

bool Builder::refuse_duplicate(const slw_value& key) {
  const std::string name(stacked_text(key));
  std::string pointer = pointer_of(frames_.back().first);  // the object itself: none of its children counted
  append_token(pointer, name);
  return refuse(Code::invalid_argument, "the key \"" + name.substr(0, 100) + "\" appears twice in one object",
                std::move(pointer));
}

// Each key has one bit of 64, by its hash: only those whose bit another has taken are looked for among those
// before.
bool Builder::check_few_members(std::size_t first) {
  std::uint64_t taken = 0;
  for (std::size_t i = first; i < nodes_.size(); i += 2) {
    const std::uint64_t bit = std::uint64_t{1} << nodes_[i].tag % 64;
    if ((taken & bit) != 0 && appears_before(first, i)) return refuse_duplicate(nodes_[i]);
    taken |= bit;
  }
  return true;
}

bool Builder::appears_before(std::size_t first, std::size_t key) const {
  for (std::size_t i = first; i < key; i += 2)
    if (nodes_[i].tag == nodes_[key].tag && nodes_[i].count == nodes_[key].count &&
        stacked_text(nodes_[i]) == stacked_text(nodes_[key]))
      return true;
  return false;
}

// Leaves the members' numbers in order_, sorted as slw_key_compare does. Sorting by hash alone first keeps
// the usual case to comparing integers; only runs of equal hashes are sorted by their text, so hostile keys
// cost O(n log n) too.
bool Builder::index_members(std::size_t first) {
  const std::size_t members = (nodes_.size() - first) / 2;
  const auto key_of = [&](std::uint64_t entry) -> const slw_value& {
    return nodes_[first + 2 * static_cast<std::uint32_t>(entry)];
  };
  order_.resize(members);
  for (std::size_t i = 0; i < members; ++i)
    order_[i] = static_cast<std::uint64_t>(nodes_[first + 2 * i].tag) << 32 | i;
  std::sort(order_.begin(), order_.end());
  const auto by_text = [&](std::uint64_t a, std::uint64_t b) {
    const slw_value& left = key_of(a);
    const slw_value& right = key_of(b);
    if (left.count != right.count) return left.count < right.count;
    return stacked_text(left) < stacked_text(right);
  };
  for (std::size_t begin = 0; begin < members;) {
    std::size_t end = begin + 1;
    while (end < members && order_[end] >> 32 == order_[begin] >> 32) ++end;
    if (end - begin > 1) {
      const auto run = order_.begin();
      std::sort(run + static_cast<std::ptrdiff_t>(begin), run + static_cast<std::ptrdiff_t>(end), by_text);
      for (std::size_t i = begin + 1; i < end; ++i)
        if (!by_text(order_[i - 1], order_[i])) return refuse_duplicate(key_of(order_[i]));
    }
    begin = end;
  }
  return true;
}

}  // namespace slipway::document
