// The workers of one version: as many as the load asks for, within bounds; one that ends is replaced.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/bell.hpp"
#include "base/clock.hpp"
#include "model/predictor.hpp"
#include "worker/worker.hpp"

namespace slipway::worker {

struct WorkerPoolOptions {
  std::uint32_t least = 1;  // kept ready
  std::uint32_t most = 1;
  Nanoseconds start_budget = 60 * kSecond;  // from a worker's start until it is ready
  Nanoseconds idle_time = 60 * kSecond;     // one above `least` ends after so long without a call
};

// A thread of its own starts the workers, looks after them and ends them: the kernel ends a worker with the
// thread that started it. Where workers end again and again without an answer in between, new ones are
// started ever later, and calls are refused at once meanwhile.
class WorkerPool {
 public:
  static constexpr std::uint32_t kMostFailuresInARow = 5;
  static constexpr Nanoseconds kFirstDelay = 100 * kMillisecond;  // after so many, and where none can be
                                                                  // started; then twice as long each
  static constexpr Nanoseconds kMostDelay = 30 * kSecond;

  // Returns when `least` workers are ready; the error says why one could not be. `services` outlives the
  // pool.  [control]
  static Result<std::unique_ptr<WorkerPool>> start(WorkerPlan plan, const WorkerPoolOptions& options,
                                                   model::HostServices& services);
  ~WorkerPool();  // ends all workers; no call may be running
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // As Predictor::predict, on any worker that is free, or on one that is started for it. `retry`: a call
  // whose worker ended, for no fault of the caller's, is given to one other.  [predict]
  Status call(const model::Prediction& prediction, document::Builder& response, bool retry);

  model::WorkerReport report() const;  // [any]

 private:
  enum class State { starting, idle, busy, ended };
  struct Member {
    explicit Member(std::unique_ptr<Worker> started) : worker(std::move(started)) {}

    const std::unique_ptr<Worker> worker;
    Nanoseconds since = monotonic_now();  // it began to start, or was called last
    std::atomic<State> state = State::starting;
    bool has_left = false;  // that it ended has been seen; whoever calls it finds out by himself
  };

  WorkerPool(WorkerPlan plan, const WorkerPoolOptions& options, model::HostServices& services, Bell bell);

  // ---- callers
  Result<Member*> take(const model::Prediction& prediction);
  void give_back(Member& member, bool answered);
  Status lost(Member& member, CallClient::Fate fate, const Status& why);
  void abandon(Member& member);

  // ---- the thread
  void run();
  bool look_after_all();
  void start_missing();
  void retire_idle(Nanoseconds now);
  void drop_ended();
  void watch(Nanoseconds until);
  void look_at(Member& member, bool has_message, bool has_output, bool has_ended);
  void begin_to_serve(Member& member);
  void fail(Member& member, std::string why);
  void end_all();
  void repeat_output(Worker& worker);
  Nanoseconds next_look(Nanoseconds now) const;

  // ---- with the lock held
  std::uint32_t count(State state) const;
  std::uint32_t alive() const { return static_cast<std::uint32_t>(members_.size()) - count(State::ended); }
  void note_failure(const std::string& why);
  void note_none(const std::string& why);
  bool is_taken_out(Nanoseconds now) const {
    return failures_in_a_row_ >= kMostFailuresInARow && now < not_before_;
  }

  const WorkerPlan plan_;
  const WorkerPoolOptions options_;
  model::HostServices& services_;
  const Bell bell_;
  mutable std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Member>> members_;  // added and removed by the thread alone
  std::vector<Member*> idle_;                     // called last: at the back, and called first
  std::uint32_t wanted_ = 0;
  std::uint32_t failures_in_a_row_ = 0;
  Nanoseconds not_before_ = 0;  // when another may be started
  std::string why_failed_;
  std::string why_none_;  // could be started, last time; empty: one was
  bool stopping_ = false;
  model::WorkerReport counts_;
  std::thread thread_;
};

}  // namespace slipway::worker
