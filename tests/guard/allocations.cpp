#include "allocations.hpp"

#include <execinfo.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace {

constexpr int kFrames = 32;

std::atomic<bool> counting{false};
std::atomic<std::size_t> allocations{0};
std::array<void*, kFrames> first_frames;
int first_depth = 0;

void note() {
  if (!counting.load(std::memory_order_relaxed)) return;
  if (allocations.fetch_add(1) == 0) first_depth = ::backtrace(first_frames.data(), kFrames);
}

}  // namespace

// glibc's allocator by its other names. These functions stand in front of it for the program and for all
// that it loads; `operator new` comes through malloc. What gives memory back stays glibc's.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept {
  note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  note();
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  note();
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  note();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  note();
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}

namespace slipway::guard {

void begin_counting() {
  std::array<void*, 1> frame;
  ::backtrace(frame.data(), 1);  // its first call loads a library, and allocates
  allocations = 0;
  first_depth = 0;
  counting = true;
}

std::size_t end_counting() {
  counting = false;
  return allocations;
}

void print_first() {
  ::backtrace_symbols_fd(first_frames.data(), first_depth, STDERR_FILENO);
}

}  // namespace slipway::guard
