#include "worker/shared_area.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/file.hpp"

namespace slipway::worker {
namespace {

Error cannot(const char* what) {
  return {Code::limit_exceeded, std::string("cannot ") + what + " memory to share: " + system_message(errno)};
}

std::byte* map(int file, std::size_t size, int protection) {
  void* const data = ::mmap(nullptr, size, protection, MAP_SHARED, file, 0);
  return data == MAP_FAILED ? nullptr : static_cast<std::byte*>(data);
}

}  // namespace

Result<SharedArea> SharedArea::create(std::size_t size) {
  UniqueFd file(::memfd_create("slipway-call", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid()) return cannot("make");
  if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) return cannot("get");
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return cannot("seal");
  std::byte* const data = map(file.get(), size, PROT_READ | PROT_WRITE);
  if (data == nullptr) return cannot("map");
  return SharedArea(std::move(file), data, size);
}

Result<SharedArea> SharedArea::received(const UniqueFd& file, std::size_t size, Access access) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return cannot("look at");
  if (static_cast<std::uint64_t>(info.st_size) < size)
    return Error(Code::invalid_argument, "the memory to share is smaller than it should be");
  std::byte* const data = map(file.get(), size, access == Access::write ? PROT_READ | PROT_WRITE : PROT_READ);
  if (data == nullptr) return cannot("map");
  return SharedArea(UniqueFd(), data, size);
}

SharedArea::SharedArea(SharedArea&& other) noexcept
    : file_(std::move(other.file_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SharedArea& SharedArea::operator=(SharedArea&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SharedArea::~SharedArea() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

Result<UniqueFd> SharedArea::descriptor(Access access) const {
  // A descriptor that was opened for reading cannot be mapped for writing, by whoever holds it.
  const std::string path = "/proc/self/fd/" + std::to_string(file_.get());
  UniqueFd file(access == Access::read ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC)
                                       : ::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
  if (!file.valid()) return cannot("hand over");
  return file;
}

}  // namespace slipway::worker
