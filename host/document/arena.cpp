#include <cstdlib>
#include <cstring>
#include <new>

#include "document/document.hpp"

namespace slipway::document {

void Arena::Free::operator()(std::byte* block) const {
  std::free(block);
}

void Arena::grow(std::size_t needed) {
  std::size_t capacity = capacity_ == 0 ? 4096 : 2 * capacity_;
  if (capacity < needed) capacity = needed;
  capacity = (capacity + kAlignment - 1) & ~(kAlignment - 1);
  auto* const block = static_cast<std::byte*>(std::aligned_alloc(kAlignment, capacity));
  if (block == nullptr) throw std::bad_alloc();
  if (used_ != 0) std::memcpy(block + capacity - used_, at(used_), used_);
  block_.reset(block);
  capacity_ = capacity;
  end_ = block + capacity;
}

void Arena::shrink(std::size_t keep) {
  if (capacity_ <= keep) return;
  block_.reset();
  end_ = nullptr;
  capacity_ = used_ = 0;
}

}  // namespace slipway::document
