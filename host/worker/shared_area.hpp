// Memory that the host and one worker both see: the host makes it, the worker is handed a descriptor.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::worker {

// Movable, not copyable; unmapped with the object. Its size is sealed: neither side can take memory away
// under the other. Pages are had when they are first touched.
class SharedArea {
 public:
  enum class Access { read, write };

  // For reading and writing here. Code::limit_exceeded, as for descriptor(): no memory, or no descriptors.
  static Result<SharedArea> create(std::size_t size);
  // That of another process, of which this one may do `access`.
  static Result<SharedArea> received(const UniqueFd& file, std::size_t size, Access access);

  SharedArea(SharedArea&& other) noexcept;
  SharedArea& operator=(SharedArea&& other) noexcept;
  ~SharedArea();

  std::byte* data() const { return data_; }  // aligned to a page
  std::size_t size() const { return size_; }

  // To hand to the other process, which can do no more than `access` with it. Only of one that was created
  // here.
  Result<UniqueFd> descriptor(Access access) const;

 private:
  SharedArea(UniqueFd file, std::byte* data, std::size_t size)
      : file_(std::move(file)), data_(data), size_(size) {}

  UniqueFd file_;  // not valid: received
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace slipway::worker
