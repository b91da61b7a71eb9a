#include "serving/shadow_runner.hpp"

#include <exception>

namespace slipway::serving {
namespace {

constexpr Nanoseconds kNothingToDo = 3600 * kSecond;

}  // namespace

ShadowRunner::ShadowRunner(Pool& calls, const document::Limits& limits)
    : calls_(calls),
      limits_(limits),
      pool_(kMostThreads, std::chrono::seconds(30), Pool::Priority::background) {}

// False: the system gives no thread.
bool ShadowRunner::start() noexcept {
  try {
    std::call_once(started_, [this] {
      Result<Bell> bell = Bell::create();
      if (!bell) return;
      bell_.emplace(std::move(*bell));
      thread_ = std::thread(&ShadowRunner::hand_out, this);
    });
  } catch (const std::exception&) {
    return false;  // the next copy tries again
  }
  return bell_.has_value();
}

std::shared_ptr<ShadowTask> ShadowRunner::copy(const std::shared_ptr<model::Shadow>& shadow,
                                               std::string_view body, std::string_view request_id) noexcept {
  ShadowQueue& queue = ServedVersion::of(*shadow->slot).shadow_queue();
  if (start() && queue.enter(body.size())) {
    try {
      return std::make_shared<ShadowTask>(*this, shadow, body, request_id);
    } catch (const std::exception&) {
      queue.leave(body.size());
    }
  }
  shadow->findings.add_dropped();
  return nullptr;
}

std::shared_ptr<ShadowTask> ShadowRunner::with_answer(std::shared_ptr<ShadowTask> task,
                                                      const model::ModelVersion& served,
                                                      std::string_view answer,
                                                      Nanoseconds predict_time) noexcept {
  task->answered();
  try {
    return task->set_answer(served, answer, predict_time) ? std::move(task) : nullptr;
  } catch (const std::exception&) {
    return nullptr;
  }
}

void ShadowRunner::offer(std::shared_ptr<ShadowTask> task) noexcept {
  if (task != nullptr && !is_stopping() && inbox_.leave(std::move(task))) bell_->ring();
}

void ShadowRunner::hand_out() {
  while (!is_stopping()) {
    bell_->wait_until(monotonic_now() + kNothingToDo);
    inbox_.take_all([&](std::shared_ptr<ShadowTask> task) {
      try {
        const std::shared_ptr<model::Slot> owner = task->slot();
        Admission& admission = task->queue().admission();
        if (admission.enqueue(std::move(task))) pool_.wake(owner, admission);
      } catch (const std::exception&) {
        // No memory.
      }
    });
  }
}

void ShadowRunner::wake_callers(const std::shared_ptr<model::Slot>& slot) noexcept {
  try {
    calls_.wake(slot, ServedVersion::of(*slot).admission());
  } catch (const std::exception&) {
    // No memory: the next call of the version wakes it.
  }
}

bool ShadowRunner::stop(std::chrono::steady_clock::time_point deadline) {
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true, std::memory_order_relaxed);
    for (const std::unique_ptr<ShadowScratch>& each : scratch_)
      each->call.cancelled.store(true, std::memory_order_relaxed);
  }
  if (thread_.joinable()) {
    bell_->ring();
    thread_.join();
  }
  inbox_.take_all([](std::shared_ptr<ShadowTask>) {});
  return pool_.stop(deadline);
}

ShadowScratch* ShadowRunner::take() {
  const std::lock_guard lock(mutex_);
  if (is_stopping()) return nullptr;
  if (free_.empty()) {
    free_.reserve(scratch_.size() + 1);  // so that giving back allocates nothing
    scratch_.push_back(std::make_unique<ShadowScratch>(limits_));
    return scratch_.back().get();
  }
  ShadowScratch* const scratch = free_.back();
  free_.pop_back();
  return scratch;
}

void ShadowRunner::give_back(ShadowScratch* scratch) noexcept {
  if (scratch == nullptr) return;
  scratch->call.reset(kKeptBytes);
  scratch->served.shrink(kKeptBytes);
  scratch->shadowed.shrink(kKeptBytes);
  scratch->out.clear();
  scratch->out.shrink(kKeptBytes);
  const std::lock_guard lock(mutex_);
  free_.push_back(scratch);
}

}  // namespace slipway::serving
