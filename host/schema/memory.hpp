// What is already known in one check: which values which nodes accept.
#pragma once

#include <cstdint>
#include <vector>

#include "schema/program.hpp"

namespace slipway::schema {

class Memory {
 public:
  enum class Answer : std::uint8_t { unknown, no, yes };

  Memory() : entries_(1024) {}

  // A value is told from others by its address, and the numbers and rows of tensors by their axis too.
  Answer find(NodeId node, const void* address, std::uint32_t axis) const {
    for (std::size_t at = slot(node, address, axis);; at = (at + 1) & (entries_.size() - 1)) {
      const Entry& entry = entries_[at];
      if (entry.answer == Answer::unknown) return Answer::unknown;
      if (entry.address == address && entry.node == node && entry.axis == axis) return entry.answer;
    }
  }

  // Only what find() does not know.
  void add(NodeId node, const void* address, std::uint32_t axis, bool accepted) {
    if (count_ >= kMost) return;
    if (2 * ++count_ > entries_.size()) grow();
    place({address, node, static_cast<std::uint8_t>(axis), accepted ? Answer::yes : Answer::no});
  }

 private:
  static constexpr std::size_t kMost = 4'000'000;

  struct Entry {
    const void* address = nullptr;
    NodeId node = 0;
    std::uint8_t axis = 0;
    Answer answer = Answer::unknown;
  };

  std::size_t slot(NodeId node, const void* address, std::uint32_t axis) const {
    std::uint64_t mixed =
        (reinterpret_cast<std::uintptr_t>(address) ^ static_cast<std::uint64_t>(node) << 40 ^ axis) *
        0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 29 ^ node) * 0xBF58476D1CE4E5B9u;
    return static_cast<std::size_t>(mixed >> 20) & (entries_.size() - 1);
  }

  void place(const Entry& entry) {
    std::size_t at = slot(entry.node, entry.address, entry.axis);
    while (entries_[at].answer != Answer::unknown) at = (at + 1) & (entries_.size() - 1);
    entries_[at] = entry;
  }

  void grow() {
    std::vector<Entry> old(2 * entries_.size());
    old.swap(entries_);
    for (const Entry& entry : old)
      if (entry.answer != Answer::unknown) place(entry);
  }

  std::vector<Entry> entries_;
  std::size_t count_ = 0;
};

}  // namespace slipway::schema
