#include "http/event_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <new>
#include <utility>

namespace slipway::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Room for the operations that one object has under way, so that waiting allocates nothing and cannot fail
// for want of memory.
template <std::size_t kSlots>
class OperationMemory {
 public:
  void* take(std::size_t size) {
    for (Slot& slot : slots_) {
      if (slot.used || size > sizeof slot.bytes) continue;
      slot.used = true;
      return slot.bytes;
    }
    return ::operator new(size);
  }

  void give(void* memory) noexcept {
    for (Slot& slot : slots_)
      if (memory == slot.bytes) {
        slot.used = false;
        return;
      }
    ::operator delete(memory);
  }

 private:
  struct Slot {
    alignas(std::max_align_t) std::byte bytes[144];
    bool used = false;
  };
  std::array<Slot, kSlots> slots_;
};

using Memory = OperationMemory<2>;

template <class T>
struct Allocator {
  using value_type = T;

  explicit Allocator(Memory& from) : memory(&from) {}
  template <class Other>
  Allocator(const Allocator<Other>& other) : memory(other.memory) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory->take(count * sizeof(T))); }
  void deallocate(T* items, std::size_t) noexcept { memory->give(items); }
  template <class Other>
  bool operator==(const Allocator<Other>& other) const {
    return memory == other.memory;
  }

  Memory* memory;
};

template <class Owner>
struct Callback {
  using allocator_type = Allocator<void>;
  allocator_type get_allocator() const noexcept { return allocator_type(owner->memory); }
  void operator()(const error_code& error) const { owner->on_event(what, error); }

  Owner* owner;
  unsigned what;
};

}  // namespace

// One thread runs each loop and nobody else touches it: Asio need not lock.
struct EventLoop::Impl {
  asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;
void EventLoop::run() {
  impl_->context.run();
}

struct Descriptor::Impl {
  Impl(EventLoop& loop, UniqueFd owned, Watcher& target)
      : fd(std::move(owned)), stream(loop.impl().context, fd.get()), watcher(target) {}
  ~Impl() { close(); }

  void close() noexcept {
    if (!stream.is_open()) return;
    stream.release();
    fd.reset();
  }

  void on_event(unsigned what, const error_code&) {
    waits &= ~what;
    watcher.on_ready(static_cast<Ready>(what));
  }

  Memory memory;
  UniqueFd fd;
  asio::posix::stream_descriptor stream;
  Watcher& watcher;
  unsigned waits = 0;
};

Descriptor::Descriptor(EventLoop& loop, UniqueFd fd, Watcher& watcher)
    : impl_(std::make_unique<Impl>(loop, std::move(fd), watcher)) {}

Descriptor::~Descriptor() = default;
int Descriptor::get() const {
  return impl_->fd.get();
}
bool Descriptor::waiting() const {
  return impl_->waits != 0;
}
void Descriptor::close() noexcept {
  impl_->close();
}

void Descriptor::wait(Ready what) noexcept {
  const auto bit = static_cast<unsigned>(what);
  if ((impl_->waits & bit) != 0) return;
  impl_->waits |= bit;
  impl_->stream.async_wait(what == Ready::read ? asio::posix::descriptor_base::wait_read
                                               : asio::posix::descriptor_base::wait_write,
                           Callback<Impl>{impl_.get(), bit});
}

struct Alarm::Impl {
  Impl(EventLoop& loop, Function on_time, void* with)
      : timer(loop.impl().context), function(on_time), context(with) {}

  // `turn` tells the wait that is current from those that set() replaced, whose time may have come in the
  // meantime.
  void on_event(unsigned turn, const error_code& error) {
    if (!error && turn == current) function(context);
  }

  Memory memory;
  asio::steady_timer timer;
  Function function;
  void* context;
  unsigned current = 0;
};

Alarm::Alarm(EventLoop& loop, Function function, void* context)
    : impl_(std::make_unique<Impl>(loop, function, context)) {}
Alarm::~Alarm() = default;

void Alarm::set(Nanoseconds when) noexcept {
  using Clock = std::chrono::steady_clock;
  ++impl_->current;
  impl_->timer.expires_at(
      Clock::time_point(std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(when))));
  impl_->timer.async_wait(Callback<Impl>{impl_.get(), impl_->current});
}

void Alarm::clear() noexcept {
  ++impl_->current;
  impl_->timer.cancel();
}

}  // namespace slipway::http
