// Owns the block of memory of one document. See slipway/value.h for what is in the block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "document/value.hpp"

namespace slipway::document {

// Memory that is filled from its end towards its beginning: payloads are written before the nodes that refer
// to them, so every reference points forward. Positions are counted from the end ("distance"), which growing
// does not change. Keeps its memory when it is cleared.
class Arena {
 public:
  static constexpr std::size_t kAlignment = 64;

  std::size_t used() const { return used_; }
  std::size_t capacity() const { return capacity_; }
  void clear() { used_ = 0; }

  // Reserves `size` bytes whose address is a multiple of `alignment` (a power of two, at most kAlignment).
  // Returns their distance from the end; pointers from earlier calls of `at` are stale then.
  std::size_t allocate(std::size_t size, std::size_t alignment) {
    const std::size_t distance = (used_ + size + alignment - 1) & ~(alignment - 1);
    if (distance > capacity_) grow(distance);
    used_ = distance;
    return distance;
  }

  std::byte* at(std::size_t distance) { return end_ - distance; }
  const std::byte* at(std::size_t distance) const { return end_ - distance; }

  // Gives memory back if more than `keep` bytes are held.
  void shrink(std::size_t keep);

 private:
  void grow(std::size_t needed);

  struct Free {
    void operator()(std::byte* block) const;
  };
  std::unique_ptr<std::byte[], Free> block_;
  std::byte* end_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
};

// A document, or none yet. Made by a Builder; reads are thread-safe while nobody builds into it.
class Document {
 public:
  bool empty() const { return !complete_; }
  // The whole document's value. Not for an empty one.
  Value root() const { return Value(reinterpret_cast<const slw_value*>(arena_.at(arena_.used()))); }
  // The block; the root node is its first 16 bytes. May be copied to any address with the same remainder
  // modulo 64.
  std::span<const std::byte> bytes() const { return {arena_.at(arena_.used()), arena_.used()}; }

  void clear() {
    arena_.clear();
    complete_ = false;
  }
  void shrink(std::size_t keep) {
    clear();
    arena_.shrink(keep);
  }
  std::size_t capacity() const { return arena_.capacity(); }

 private:
  friend class Builder;
  Arena arena_;
  bool complete_ = false;
};

}  // namespace slipway::document
