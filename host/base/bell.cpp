#include "base/bell.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.hpp"

namespace slipway {

Result<Bell> Bell::create() {
  UniqueFd event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!event.valid()) return Error(Code::io, "cannot make an event descriptor: " + system_message(errno));
  return Bell(std::move(event));
}

void Bell::ring() const noexcept {
  const std::uint64_t one = 1;
  // Fails only where it has rung 2^64-2 times already.
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

void Bell::clear() const noexcept {
  std::uint64_t rings = 0;
  [[maybe_unused]] const ssize_t got = ::read(event_.get(), &rings, sizeof rings);
}

void Bell::wait_until(Nanoseconds deadline) const noexcept {
  const Nanoseconds left = std::max<Nanoseconds>(deadline - monotonic_now(), 0);
  pollfd wanted{event_.get(), POLLIN, 0};
  const timespec timeout{static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
  if (::ppoll(&wanted, 1, &timeout, nullptr) > 0) clear();
}

}  // namespace slipway
