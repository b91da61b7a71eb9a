#include "lifecycle/trial_watch.hpp"

#include <algorithm>
#include <system_error>

namespace slipway::lifecycle {
namespace {

constexpr Nanoseconds kTick = 100 * kMillisecond;
constexpr Nanoseconds kNothingToDo = 3600 * kSecond;

}  // namespace

Result<std::unique_ptr<TrialWatch>> TrialWatch::start() {
  Result<Bell> bell = Bell::create();
  if (!bell) return std::move(bell).error();
  std::unique_ptr<TrialWatch> watch(new TrialWatch(std::make_shared<const Bell>(std::move(*bell))));
  try {
    watch->thread_ = std::thread(&TrialWatch::run, watch.get());
  } catch (const std::system_error& failure) {
    return Error(Code::unavailable,
                 "cannot start the thread that watches canaries: " + std::string(failure.what()));
  }
  return watch;
}

TrialWatch::~TrialWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  bell_->ring();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<model::Trial> TrialWatch::begin(const model::TrafficPolicy& policy, Failed failed) {
  auto trial = std::make_shared<model::Trial>(policy, bell_);
  {
    const std::lock_guard lock(mutex_);
    watched_.push_back({trial, std::move(failed)});
  }
  bell_->ring();
  return trial;
}

void TrialWatch::end(const std::shared_ptr<model::Trial>& trial) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watched_, [&](const Watched& each) { return each.trial == trial; });
}

bool TrialWatch::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void TrialWatch::run() {
  while (!is_stopping()) {
    std::vector<Watched> all;
    {
      const std::lock_guard lock(mutex_);
      all = watched_;
    }
    for (const Watched& each : all) {
      each.trial->move_on(monotonic_now());
      if (each.trial->has_failed() && each.failed(each.trial)) end(each.trial);
    }
    bell_->wait_until(monotonic_now() + (all.empty() ? kNothingToDo : kTick));
  }
}

}  // namespace slipway::lifecycle
