// Completed answers on their way from the threads that made them to the serving thread that sends them.
#pragma once

#include <atomic>
#include <memory>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::http {

class Deferred;
class Session;

// Shared, so that a push() that is still at its last step cannot outlive it.
class WakeQueue {
 public:
  static Result<std::shared_ptr<WakeQueue>> create();

  // [any thread] Links `answer` in, without allocating. The serving thread may take it, and free it, before
  // this returns.
  void push(Deferred& answer) noexcept;

  // [any thread] Makes the descriptor readable.
  void wake() noexcept;

  // [serving thread]
  UniqueFd duplicate()
      const;  // of the descriptor that is readable after wake(); invalid if there is none left
  void clear_wakes() noexcept;    // before take_all(), so that no wake-up is lost
  Deferred* take_all() noexcept;  // in the order of completion; walk it with next()
  static Deferred* next(const Deferred& answer) noexcept;
  static Session& owner(const Deferred& answer) noexcept;

 private:
  UniqueFd event_;
  std::atomic<Deferred*> last_{nullptr};
};

}  // namespace slipway::http
