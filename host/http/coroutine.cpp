#include "http/coroutine.hpp"

#include <array>
#include <new>

namespace slipway::http {
namespace {

constexpr std::size_t kUnit = 64;
constexpr std::size_t kClasses = 16;  // frames up to 1 KiB
constexpr std::size_t kKeep = 64;     // free frames of one size

struct FreeFrame {
  FreeFrame* next;
};

class FrameCache {
 public:
  ~FrameCache() {
    for (Shelf& shelf : shelves_)
      while (shelf.first != nullptr) ::operator delete(pop(shelf));
  }

  void* take(std::size_t size_class) {
    Shelf& shelf = shelves_[size_class];
    return shelf.first != nullptr ? pop(shelf) : ::operator new((size_class + 1) * kUnit);
  }

  void give(void* frame, std::size_t size_class) noexcept {
    Shelf& shelf = shelves_[size_class];
    if (shelf.count == kKeep) return ::operator delete(frame);
    shelf.first = new (frame) FreeFrame{shelf.first};
    ++shelf.count;
  }

 private:
  struct Shelf {
    FreeFrame* first = nullptr;
    std::size_t count = 0;
  };

  static void* pop(Shelf& shelf) noexcept {
    FreeFrame* const frame = shelf.first;
    shelf.first = frame->next;
    --shelf.count;
    return frame;
  }

  std::array<Shelf, kClasses> shelves_;
};

thread_local FrameCache frames;

std::size_t class_of(std::size_t size) {
  return (size - 1) / kUnit;
}

}  // namespace

void* take_frame(std::size_t size) {
  return class_of(size) < kClasses ? frames.take(class_of(size)) : ::operator new(size);
}

void give_frame(void* frame, std::size_t size) noexcept {
  if (class_of(size) < kClasses) return frames.give(frame, class_of(size));
  ::operator delete(frame);
}

}  // namespace slipway::http
