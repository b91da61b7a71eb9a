// A growable byte buffer with room for padding behind it, which seal() zeroes: scanners may then look at
// whole words and find a terminator without a bounds check per byte. Capacity is kept when it is cleared: a
// buffer that is used again for requests of a like size allocates nothing.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace slipway {

class PaddedBuffer {
 public:
  static constexpr std::size_t kPadding = 64;

  PaddedBuffer() = default;
  explicit PaddedBuffer(std::string_view bytes) { append(bytes); }
  PaddedBuffer(PaddedBuffer&& other) noexcept { swap(other); }
  PaddedBuffer& operator=(PaddedBuffer&& other) noexcept {
    PaddedBuffer(std::move(other)).swap(*this);
    return *this;
  }
  void swap(PaddedBuffer& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {bytes_.get(), size_}; }

  void clear() { size_ = 0; }

  // Makes room for `capacity` bytes in all.
  void reserve(std::size_t capacity) {
    if (bytes_ == nullptr || capacity > capacity_) grow(capacity);
  }

  void append(std::string_view more) {
    if (more.empty()) return;
    std::memcpy(room(more.size()), more.data(), more.size());
    size_ += more.size();
  }
  void append(char c) {
    *room(1) = c;
    ++size_;
  }

  // Where `size` more bytes, at least one, may be written; added() then says how many were.
  char* room(std::size_t size) {
    if (size > capacity_ - size_) grow(size_ + size);
    return bytes_.get() + size_;
  }
  void added(std::size_t size) { size_ += size; }

  // Zeroes the padding. To be called once, behind the last byte.
  void seal() {
    reserve(size_);
    std::memset(bytes_.get() + size_, 0, kPadding);
  }

  // Returns memory beyond `keep` bytes to the allocator, so that one huge request does not stay resident.
  void shrink(std::size_t keep) {
    if (capacity_ <= keep) return;
    bytes_.reset();
    size_ = capacity_ = 0;
  }

 private:
  void grow(std::size_t capacity) {
    if (capacity < 2 * capacity_) capacity = 2 * capacity_;
    std::unique_ptr<char[]> grown(new char[capacity + kPadding]);
    if (size_ != 0) std::memcpy(grown.get(), bytes_.get(), size_);
    bytes_ = std::move(grown);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace slipway
