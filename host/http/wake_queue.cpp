#include "http/wake_queue.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/file.hpp"
#include "http/exchange.hpp"

namespace slipway::http {

Result<std::shared_ptr<WakeQueue>> WakeQueue::create() {
  auto queue = std::make_shared<WakeQueue>();
  queue->event_ = UniqueFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!queue->event_.valid()) return Error(Code::io, "cannot make an eventfd: " + system_message(errno));
  return queue;
}

void WakeQueue::push(Deferred& answer) noexcept {
  Deferred* before = last_.load(std::memory_order_relaxed);
  do answer.next_ = before;
  while (!last_.compare_exchange_weak(before, &answer, std::memory_order_acq_rel, std::memory_order_relaxed));
  // Whoever made the queue non-empty wakes: the others' answers are taken along.
  if (before == nullptr) wake();
}

void WakeQueue::wake() noexcept {
  const std::uint64_t one = 1;
  while (::write(event_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void WakeQueue::clear_wakes() noexcept {
  std::uint64_t count = 0;
  while (::read(event_.get(), &count, sizeof count) < 0 && errno == EINTR) {
  }
}

Deferred* WakeQueue::take_all() noexcept {
  Deferred* newest = last_.exchange(nullptr, std::memory_order_acquire);
  Deferred* oldest = nullptr;
  while (newest != nullptr) {
    Deferred* const before = newest->next_;
    newest->next_ = oldest;
    oldest = newest;
    newest = before;
  }
  return oldest;
}

UniqueFd WakeQueue::duplicate() const {
  return UniqueFd(::fcntl(event_.get(), F_DUPFD_CLOEXEC, 0));
}

Session& WakeQueue::owner(const Deferred& answer) noexcept {
  return *answer.owner_;
}

Deferred* WakeQueue::next(const Deferred& answer) noexcept {
  return answer.next_;
}

}  // namespace slipway::http
