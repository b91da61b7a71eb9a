#include "lifecycle/reaper.hpp"

#include <algorithm>
#include <chrono>

#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

using telemetry::Level;
using telemetry::log;

constexpr Nanoseconds kNothingToDo = 3600 * kSecond;

std::chrono::steady_clock::time_point time_point(Nanoseconds monotonic) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(monotonic));
}

}  // namespace

Reaper::Reaper(Catalog& catalog, Nanoseconds drain_time, Bell bell)
    : catalog_(catalog), drain_time_(drain_time), bell_(std::move(bell)) {}

Result<std::unique_ptr<Reaper>> Reaper::start(Catalog& catalog, Nanoseconds drain_time) {
  Result<Bell> bell = Bell::create();
  if (!bell) return std::move(bell).error();
  std::unique_ptr<Reaper> reaper(new Reaper(catalog, drain_time, std::move(*bell)));
  try {
    reaper->thread_ = std::thread(&Reaper::run, reaper.get());
  } catch (const std::system_error& failure) {
    return Error(Code::unavailable,
                 "cannot start the thread that unloads models: " + std::string(failure.what()));
  }
  return reaper;
}

Reaper::~Reaper() {
  stop(monotonic_now());
}

void Reaper::retire(VersionId id, bool forget) {
  if (std::shared_ptr<model::Slot> slot = catalog_.withdraw(id); slot != nullptr)
    return drain(id, std::move(slot), forget);
  if (!forget) return;
  // It was asleep: out of memory already, or on its way.
  const std::lock_guard lock(mutex_);
  const auto at =
      std::find_if(retired_.begin(), retired_.end(), [&](const Retired& each) { return each.id == id; });
  if (at != retired_.end())
    at->forget = true;
  else if (catalog_.is_draining(id))
    to_forget_.insert(id);  // it is being destroyed now, or about to be put among those that drain
  else
    catalog_.forget(id);
}

void Reaper::put_to_sleep(VersionId id) {
  if (std::shared_ptr<model::Slot> slot = catalog_.put_to_sleep(id); slot != nullptr)
    drain(id, std::move(slot), false);
}

void Reaper::drain(VersionId id, std::shared_ptr<model::Slot> slot, bool forget) {
  model::LeaseCount& leases = slot->leases();
  {
    const std::lock_guard lock(mutex_);
    retired_.push_back({id, std::move(slot), monotonic_now() + drain_time_, forget});
    counters_.draining.fetch_add(1, std::memory_order_relaxed);
    // Only now, when the table without it is published: who finds it closed finds a newer table.
    leases.close(bell_);
  }
  bell_.ring();
}

void Reaper::run() {
  for (;;) {
    Nanoseconds next = monotonic_now() + kNothingToDo;
    std::vector<Retired> drained = take_drained(monotonic_now());
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ && drained.empty()) return;
      for (const Retired& each : retired_)
        if (!each.reported) next = std::min(next, each.deadline);
    }
    for (Retired& each : drained) destroy(std::move(each));
    if (drained.empty()) bell_.wait_until(next);
  }
}

std::vector<Reaper::Retired> Reaper::take_drained(Nanoseconds now) {
  const std::lock_guard lock(mutex_);
  const auto first = std::stable_partition(
      retired_.begin(), retired_.end(), [](const Retired& each) { return !each.slot->leases().drained(); });
  std::vector<Retired> drained(std::make_move_iterator(first), std::make_move_iterator(retired_.end()));
  retired_.erase(first, retired_.end());
  at_work_ = drained.size();
  for (Retired& each : retired_)
    if (!each.reported && now >= each.deadline) report_overdue(each);
  return drained;
}

// With the lock held.
void Reaper::report_overdue(Retired& retired) {
  retired.reported = true;
  counters_.overdue.fetch_add(1, std::memory_order_relaxed);
  catalog_.explain(
      retired.id,
      "calls that began before it was replaced have not ended in time; it stays in memory until they do");
  log(Level::warning, "a version does not drain: calls of it have not ended in time",
      {{"calls", static_cast<std::int64_t>(retired.slot->leases().held())}});
}

void Reaper::destroy(Retired retired) {
  const std::unique_ptr<model::ModelVersion> version = retired.slot->take();
  const plugin::UnloadReport report = version->unload();
  if (!report.unmapped) {
    counters_.pinned.fetch_add(1, std::memory_order_relaxed);
    counters_.pinned_bytes.fetch_add(report.bytes, std::memory_order_relaxed);
    log(Level::warning, "a plugin stayed mapped after it was unloaded",
        {{"model", version->name()}, {"version", version->version()}, {"why", report.likely_reason}});
  }
  const std::lock_guard lock(mutex_);
  catalog_.move(retired.id, model::State::unloaded,
                report.unmapped ? "" : "its library stays in memory: " + report.likely_reason);
  const bool forget = to_forget_.erase(retired.id) != 0 || retired.forget;
  if (forget && report.unmapped) catalog_.forget(retired.id);
  counters_.draining.fetch_sub(1, std::memory_order_relaxed);
  if (retired.reported) counters_.overdue.fetch_sub(1, std::memory_order_relaxed);
  --at_work_;
  idle_.notify_all();
}

bool Reaper::stop(Nanoseconds deadline) {
  std::unique_lock lock(mutex_);
  const bool all_gone =
      idle_.wait_until(lock, time_point(deadline), [&] { return retired_.empty() && at_work_ == 0; });
  stopping_ = true;
  lock.unlock();
  bell_.ring();
  if (thread_.joinable()) thread_.join();
  return all_gone;
}

}  // namespace slipway::lifecycle
