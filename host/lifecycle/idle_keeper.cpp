#include "lifecycle/idle_keeper.hpp"

#include <algorithm>
#include <system_error>

#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

constexpr Nanoseconds kNothingToDo = 3600 * kSecond;
constexpr Nanoseconds kShortestLook = 10 * kMillisecond;
constexpr Nanoseconds kLongestLook = 10 * kSecond;
// A call came while its version was on its way out of memory.
constexpr Nanoseconds kDrainPause = 2 * kMillisecond;

// How often to look, so that nobody is kept much longer than he should be; nothing: no need to.
std::optional<Nanoseconds> look_every(const IdlePolicy& policy) {
  std::optional<Nanoseconds> shortest;
  const auto take = [&](const std::optional<Nanoseconds>& time) {
    if (time && (!shortest || *time < *shortest)) shortest = *time;
  };
  take(policy.labelled);
  take(policy.unlabelled);
  for (const auto& [model, time] : policy.of_model) take(time);
  if (!shortest) return shortest;
  return std::clamp(*shortest / 4, kShortestLook, kLongestLook);
}

}  // namespace

IdleKeeper::IdleKeeper(Catalog& catalog, Deployer& deployer, Reaper& reaper, IdlePolicy policy, Bell bell)
    : catalog_(catalog),
      deployer_(deployer),
      reaper_(reaper),
      policy_(std::move(policy)),
      bell_(std::move(bell)) {}

Result<std::unique_ptr<IdleKeeper>> IdleKeeper::start(Catalog& catalog, Deployer& deployer, Reaper& reaper,
                                                      IdlePolicy policy) {
  Result<Bell> bell = Bell::create();
  if (!bell) return std::move(bell).error();
  std::unique_ptr<IdleKeeper> keeper(
      new IdleKeeper(catalog, deployer, reaper, std::move(policy), std::move(*bell)));
  try {
    keeper->thread_ = std::thread(&IdleKeeper::run, keeper.get());
  } catch (const std::system_error& failure) {
    return Error(Code::unavailable,
                 "cannot start the thread that looks after idle models: " + std::string(failure.what()));
  }
  return keeper;
}

void IdleKeeper::stop() {
  std::vector<Done> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  bell_.ring();
  if (thread_.joinable()) thread_.join();
  for (auto& [id, sleeper] : sleepers_)
    left.insert(left.end(), sleeper.waiting.begin(), sleeper.waiting.end());
  sleepers_.clear();
  for (const Done& done : left) done(false);
}

bool IdleKeeper::wake(std::uint64_t id, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_ == kMostWaiting) return false;
    Sleeper& sleeper = sleepers_[id];
    if (sleeper.waiting.empty()) sleeper.since = monotonic_now();
    sleeper.waiting.push_back(std::move(done));
    ++waiting_;
  }
  bell_.ring();
  return true;
}

void IdleKeeper::run() {
  for (;;) {
    while (wake_one()) {
    }
    Nanoseconds next = put_idle_to_sleep();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (!sleepers_.empty()) next = monotonic_now() + kDrainPause;
    }
    bell_.wait_until(next);
  }
}

// Whether there was a version to wake that could be.
bool IdleKeeper::wake_one() {
  VersionId id = 0;
  Nanoseconds since = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto sleeper = std::find_if(sleepers_.begin(), sleepers_.end(),
                                      [&](const auto& each) { return !catalog_.is_draining(each.first); });
    if (stopping_ || sleeper == sleepers_.end()) return false;
    id = sleeper->first;
    since = sleeper->second.since;
  }
  const Status woken = deployer_.wake(id);
  if (woken) {
    counters_.woken.fetch_add(1, std::memory_order_relaxed);
    counters_.cold_start.observe(monotonic_now() - since);
    uses_.erase(id);
  } else {
    counters_.failed.fetch_add(1, std::memory_order_relaxed);
  }
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto sleeper = sleepers_.find(id);
    waiting = std::move(sleeper->second.waiting);
    sleepers_.erase(sleeper);
    waiting_ -= waiting.size();
  }
  for (const Done& done : waiting) done(woken.ok());
  return true;
}

// Returns when to look again.
Nanoseconds IdleKeeper::put_idle_to_sleep() {
  const Nanoseconds now = monotonic_now();
  const std::optional<Nanoseconds> every = look_every(policy_);
  Nanoseconds next = now + every.value_or(kNothingToDo);
  std::map<VersionId, Use> seen;
  for (const VersionId id : catalog_.loaded()) {
    const std::optional<Nanoseconds> idle = idle_time(id);
    const std::shared_ptr<model::Slot> slot = catalog_.slot(id);
    if (!idle || slot == nullptr) continue;
    const auto before = uses_.find(id);
    const bool in_use =
        before == uses_.end() || before->second.calls != slot->calls() || slot->leases().held() != 0;
    const Use use{slot->calls(), in_use ? now : before->second.since};
    if (now - use.since >= *idle) {
      reaper_.put_to_sleep(id);
      counters_.put_to_sleep.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    seen[id] = use;
    next = std::min(next, std::max(use.since + *idle, now + kShortestLook));
  }
  uses_ = std::move(seen);
  return next;
}

std::optional<Nanoseconds> IdleKeeper::idle_time(VersionId id) const {
  if (catalog_.takes_traffic_by_policy(id)) return std::nullopt;  // its counts would be lost
  const auto model = policy_.of_model.find(catalog_.model_of(id));
  if (model != policy_.of_model.end()) return model->second;
  return catalog_.is_labelled(id) ? policy_.labelled : policy_.unlabelled;
}

}  // namespace slipway::lifecycle
