#include "worker/worker_pool.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "base/units.hpp"
#include "telemetry/log.hpp"

namespace slipway::worker {
namespace {

using Fate = CallClient::Fate;

constexpr Nanoseconds kNothingToDo = 3600 * kSecond;
// How often a caller that waits for a worker looks whether anybody still waits for it.
constexpr Nanoseconds kLookAgain = 10 * kMillisecond;

std::chrono::steady_clock::time_point time_point(Nanoseconds monotonic) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(monotonic));
}

}  // namespace

WorkerPool::WorkerPool(WorkerPlan plan, const WorkerPoolOptions& options, model::HostServices& services,
                       Bell bell)
    : plan_(std::move(plan)), options_(options), services_(services), bell_(std::move(bell)) {
  counts_.most = options_.most;
  idle_.reserve(options_.most);  // nothing is allocated to give one back
  wanted_ = options_.least;
}

Result<std::unique_ptr<WorkerPool>> WorkerPool::start(WorkerPlan plan, const WorkerPoolOptions& options,
                                                      model::HostServices& services) {
  Result<Bell> bell = Bell::create();
  if (!bell) return std::move(bell).error();
  std::unique_ptr<WorkerPool> pool(new WorkerPool(std::move(plan), options, services, std::move(*bell)));
  try {
    pool->thread_ = std::thread(&WorkerPool::run, pool.get());
  } catch (const std::system_error& failure) {
    return Error(Code::unavailable,
                 "cannot start the thread that looks after workers: " + std::string(failure.what()));
  }
  std::unique_lock lock(pool->mutex_);
  pool->changed_.wait(lock, [&] {
    return pool->idle_.size() >= options.least || pool->failures_in_a_row_ != 0 || !pool->why_none_.empty();
  });
  if (pool->failures_in_a_row_ == 0 && pool->why_none_.empty()) return pool;
  Error why = pool->why_none_.empty() ? Error(Code::failed_precondition, pool->why_failed_)
                                      : Error(Code::unavailable, pool->why_none_);
  lock.unlock();
  return why;
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  bell_.ring();
  if (thread_.joinable()) thread_.join();
}

// ---- callers

Result<WorkerPool::Member*> WorkerPool::take(const model::Prediction& prediction) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!idle_.empty()) {
      Member* const member = idle_.back();
      idle_.pop_back();
      member->state = State::busy;
      return member;
    }
    const Nanoseconds now = monotonic_now();
    if (prediction.cancelled.load(std::memory_order_relaxed))
      return Error(Code::cancelled, "nobody waits for the answer any more");
    if (now > prediction.deadline)
      return Error(Code::deadline_exceeded, "no worker of the model was free in time");
    if (alive() == 0 && is_taken_out(now))
      return Error(Code::unavailable, "the model is out of service: " + why_failed_ +
                                          "; it is tried again in " + format_duration(not_before_ - now));
    if (alive() == 0 && !why_none_.empty())
      return Error(Code::unavailable, "no process for the model could be started: " + why_none_);
    if (count(State::starting) == 0 && alive() < options_.most && wanted_ <= alive()) {
      wanted_ = alive() + 1;
      bell_.ring();
    }
    changed_.wait_until(lock, time_point(std::min(prediction.deadline, now + kLookAgain)));
  }
}

void WorkerPool::give_back(Member& member, bool answered) {
  {
    const std::lock_guard lock(mutex_);
    member.since = monotonic_now();
    if (answered) failures_in_a_row_ = 0;
    member.state = State::idle;
    idle_.push_back(&member);
  }
  changed_.notify_one();
}

Status WorkerPool::call(const model::Prediction& prediction, document::Builder& response, bool retry) {
  for (bool first = true;;) {
    const Result<Member*> member = take(prediction);
    if (!member) return member.error();
    Status failed;
    CallClient::Outcome outcome{Fate::broken, {}};
    try {
      outcome = (*member)->worker->calls().call(prediction, response);
      if (outcome.fate == Fate::answered) {
        give_back(**member, true);
        return std::move(outcome.status);
      }
      if (outcome.fate == Fate::given_up) {
        abandon(**member);
        return std::move(outcome.status);
      }
      failed = lost(**member, outcome.fate, outcome.status);
    } catch (const std::bad_alloc&) {
      abandon(**member);
      throw;
    }
    // One that had ended before has not seen the request, and says nothing about it.
    if (outcome.fate == Fate::not_delivered && !response.failed()) continue;
    const bool may_retry = retry && first && outcome.fate == Fate::lost && !response.failed();
    if (!may_retry) return failed;
    first = false;
    const std::lock_guard lock(mutex_);
    ++counts_.retried;
  }
}

// Hands the worker to the thread, and says what its end means for the call.
Status WorkerPool::lost(Member& member, Fate fate, const Status& why) {
  const Child& child = member.worker->child();
  if (fate == Fate::overdue || fate == Fate::broken) child.kill();
  const std::string ended = "the model's process " + child.ending().in_words();
  Status status;
  std::string reason;
  if (fate == Fate::overdue) {
    reason = "a prediction did not return in time";
    status = Error(Code::deadline_exceeded, "the model did not return in time, and its process was ended");
  } else if (fate == Fate::broken) {
    reason = why.error().message;
    status = Error(Code::internal, reason);
  } else {
    reason = ended + (fate == Fate::lost ? " in predict" : " between two predictions");
    status = Error(Code::unavailable, reason + "; another one takes its place");
  }
  {
    const std::lock_guard lock(mutex_);
    ++(fate == Fate::overdue ? counts_.timed_out : counts_.crashed);
    note_failure(reason);
    member.state = State::ended;  // last: from now on it is the thread's
  }
  changed_.notify_all();
  bell_.ring();
  return status;
}

// The host has no memory left to go on with the call: what the worker would still send nobody could tell from
// the answer to the next. One that stayed `busy` would be nobody's for ever. Allocates nothing.
void WorkerPool::abandon(Member& member) {
  member.worker->child().kill();
  {
    const std::lock_guard lock(mutex_);
    member.state = State::ended;
  }
  changed_.notify_all();
  bell_.ring();
}

model::WorkerReport WorkerPool::report() const {
  const std::lock_guard lock(mutex_);
  model::WorkerReport report = counts_;
  report.running = count(State::idle) + count(State::busy);
  report.starting = count(State::starting);
  if (report.running + report.starting == 0 && is_taken_out(monotonic_now())) report.taken_out = why_failed_;
  return report;
}

// ---- with the lock held

std::uint32_t WorkerPool::count(State state) const {
  return static_cast<std::uint32_t>(std::count_if(members_.begin(), members_.end(),
                                                  [&](const auto& each) { return each->state == state; }));
}

void WorkerPool::note_failure(const std::string& why) {
  why_failed_ = why;
  ++failures_in_a_row_;
  telemetry::log(telemetry::Level::warning, "a worker has ended",
                 {{"model", plan_.model}, {"version", plan_.version}, {"why", why}});
  if (failures_in_a_row_ < kMostFailuresInARow) return;
  const std::uint32_t doublings = std::min(failures_in_a_row_ - kMostFailuresInARow, 16u);
  not_before_ = monotonic_now() + std::min(kFirstDelay << doublings, kMostDelay);
}

// It is the host that has too few descriptors, processes or memory: the model has not failed.
void WorkerPool::note_none(const std::string& why) {
  if (why != why_none_)
    telemetry::log(telemetry::Level::warning, "a worker cannot be started",
                   {{"model", plan_.model}, {"version", plan_.version}, {"why", why}});
  why_none_ = why;
  not_before_ = std::max(not_before_, monotonic_now() + kFirstDelay);
  changed_.notify_all();
}

// ---- the thread

void WorkerPool::run() {
  for (bool stopping = false; !stopping;) {
    try {
      stopping = !look_after_all();
    } catch (const std::bad_alloc&) {
      // What it was about is still to be done, and is tried again when there may be memory.
      bell_.wait_until(monotonic_now() + kLookAgain);
    }
  }
  end_all();
}

// False when there is to be an end.
bool WorkerPool::look_after_all() {
  drop_ended();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
  }
  const Nanoseconds now = monotonic_now();
  retire_idle(now);
  start_missing();
  watch(next_look(now));
  return true;
}

void WorkerPool::start_missing() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      const std::uint32_t target = std::clamp(wanted_, options_.least, options_.most);
      if (stopping_ || alive() >= target || monotonic_now() < not_before_) return;
    }
    Result<std::unique_ptr<Worker>> worker = Worker::start(plan_);
    const std::lock_guard lock(mutex_);
    if (!worker) return note_none(worker.error().message);
    why_none_.clear();
    ++counts_.started;
    members_.push_back(std::make_unique<Member>(std::move(*worker)));
  }
}

// Those that have been idle for long, as long as there are more than must be.
void WorkerPool::retire_idle(Nanoseconds now) {
  const std::lock_guard lock(mutex_);
  while (alive() > options_.least && !idle_.empty() && now - idle_.front()->since > options_.idle_time) {
    Member* const member = idle_.front();
    idle_.erase(idle_.begin());
    member->state = State::ended;
    member->worker->calls().close();
    wanted_ = alive();
  }
}

// Out of the list first: its end takes a moment.
void WorkerPool::drop_ended() {
  std::vector<std::unique_ptr<Member>> ended;
  {
    const std::lock_guard lock(mutex_);
    const auto first = std::stable_partition(members_.begin(), members_.end(),
                                             [](const auto& each) { return each->state != State::ended; });
    ended.assign(std::make_move_iterator(first), std::make_move_iterator(members_.end()));
    members_.erase(first, members_.end());
  }
  for (const std::unique_ptr<Member>& each : ended) {
    each->worker->child().end();
    repeat_output(*each->worker);
  }
}

Nanoseconds WorkerPool::next_look(Nanoseconds now) const {
  const std::lock_guard lock(mutex_);
  Nanoseconds next = now + kNothingToDo;
  for (const std::unique_ptr<Member>& each : members_)
    if (each->state == State::starting) next = std::min(next, each->since + options_.start_budget);
  if (alive() > options_.least && !idle_.empty())
    next = std::min(next, idle_.front()->since + options_.idle_time + kMillisecond);
  if (alive() < std::clamp(wanted_, options_.least, options_.most)) next = std::min(next, not_before_);
  return next;
}

// Waits until there is something to do, and does what workers ask for.
void WorkerPool::watch(Nanoseconds until) {
  std::vector<pollfd> events{{bell_.descriptor(), POLLIN, 0}};
  for (const std::unique_ptr<Member>& each : members_) {
    const Child& child = each->worker->child();
    const bool left = each->has_left;
    events.push_back({left ? -1 : child.ended(), POLLIN, 0});
    events.push_back({left ? -1 : child.messages(), POLLIN, 0});
    events.push_back({child.printed(), POLLIN, 0});
  }
  const Nanoseconds left = std::max<Nanoseconds>(0, until - monotonic_now() + kMillisecond - 1);
  const int ready = ::poll(events.data(), events.size(), static_cast<int>(left / kMillisecond));
  if (events[0].revents != 0) bell_.clear();
  for (std::size_t i = 0; ready > 0 && i < members_.size(); ++i)
    look_at(*members_[i], events[3 * i + 2].revents != 0, events[3 * i + 3].revents != 0,
            events[3 * i + 1].revents != 0);
  const Nanoseconds now = monotonic_now();
  for (const std::unique_ptr<Member>& each : members_)
    if (each->state == State::starting && now > each->since + options_.start_budget)
      fail(*each, "the model's process did not return from where it was, " + each->worker->where() +
                      ", within " + format_duration(options_.start_budget));
}

// What it sent before it ended comes first.
void WorkerPool::look_at(Member& member, bool has_message, bool has_output, bool has_ended) {
  if (has_output) repeat_output(*member.worker);
  if (member.state == State::ended) return;
  if (has_message) {
    const bool was_ready = member.worker->is_ready();
    const Status heard = member.worker->hear(services_);
    if (!heard && heard.error().code != Code::unavailable) return fail(member, heard.error().message);
    if (!was_ready && member.worker->is_ready()) return begin_to_serve(member);
    if (heard) return;
    has_ended = true;
  }
  if (!has_ended) return;
  member.has_left = true;
  const std::string how = "the model's process " + member.worker->child().ending().in_words();
  fail(member, how + (member.worker->is_ready() ? " between two predictions" : " " + member.worker->where()));
}

void WorkerPool::begin_to_serve(Member& member) {
  {
    const std::lock_guard lock(mutex_);
    member.state = State::idle;
    member.since = monotonic_now();
    idle_.push_back(&member);
  }
  changed_.notify_all();
}

// One that is called is its caller's, who notices that it has been killed.
void WorkerPool::fail(Member& member, std::string why) {
  member.worker->child().kill();
  {
    const std::lock_guard lock(mutex_);
    if (member.state == State::busy || member.state == State::ended) return;
    std::erase(idle_, &member);
    member.state = State::ended;
    ++counts_.crashed;
    std::string output = member.worker->child().take_output();
    while (!output.empty() && output.back() == '\n') output.pop_back();
    if (!output.empty()) why += "\nits last output:\n" + output;
    note_failure(why);
  }
  changed_.notify_all();
}

void WorkerPool::repeat_output(Worker& worker) {
  std::string output = worker.child().take_output();
  while (!output.empty() && output.back() == '\n') output.pop_back();
  if (output.empty()) return;
  telemetry::log(telemetry::Level::info, "a model has written to its standard output",
                 {{"model", plan_.model}, {"version", plan_.version}, {"text", output}});
}

// First all are told, then each is waited for.
void WorkerPool::end_all() {
  for (const std::unique_ptr<Member>& each : members_) {
    if (each->worker->is_ready())
      each->worker->calls().close();
    else
      each->worker->child().kill();
  }
  for (const std::unique_ptr<Member>& each : members_) each->worker->child().end();
  const std::lock_guard lock(mutex_);
  idle_.clear();
  members_.clear();
}

}  // namespace slipway::worker
