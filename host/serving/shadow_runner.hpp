// Shadows at work: copies of requests, after their callers have been answered, on threads that give way to
// those that serve.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bell.hpp"
#include "serving/pool.hpp"
#include "serving/shadow_inbox.hpp"
#include "serving/shadow_task.hpp"

namespace slipway::serving {

// Thread-safe. Threads that serve take no lock here, wait for nothing, and see no exception: what there is no
// room for is dropped, and counted. There are no threads before the first copy.
class ShadowRunner {
 public:
  static constexpr std::size_t kMostThreads = 8;  // for all shadows

  // `calls`: the pool of the calls that callers wait for. It outlives this.
  ShadowRunner(Pool& calls, const document::Limits& limits);
  ~ShadowRunner() { stop(std::chrono::steady_clock::time_point::max()); }
  ShadowRunner(const ShadowRunner&) = delete;
  ShadowRunner& operator=(const ShadowRunner&) = delete;

  // Before the request is worked on, since that overwrites it. Null: dropped.  [serving thread, predict]
  std::shared_ptr<ShadowTask> copy(const std::shared_ptr<model::Shadow>& shadow, std::string_view body,
                                   std::string_view request_id) noexcept;
  // After `served` has answered it. Null: dropped.  [serving thread, predict]
  std::shared_ptr<ShadowTask> with_answer(std::shared_ptr<ShadowTask> task, const model::ModelVersion& served,
                                          std::string_view answer, Nanoseconds predict_time) noexcept;
  // The shadow's turn; null: nothing.  [serving thread, predict]
  void offer(std::shared_ptr<ShadowTask> task) noexcept;

  // Drops what waits and tells what runs that nobody waits for it. False: something still ran at `deadline`,
  // and the process should end without further ado. Nothing may be offered any more.  [control]
  bool stop(std::chrono::steady_clock::time_point deadline);
  bool is_stopping() const { return stopping_.load(std::memory_order_relaxed); }

  // A place of the version is free, and a caller's request waits for one.
  void wake_callers(const std::shared_ptr<model::Slot>& slot) noexcept;

  // For the length of one call.
  class Scratch {
   public:
    explicit Scratch(ShadowRunner& runner) : runner_(runner), scratch_(runner.take()) {}
    ~Scratch() { runner_.give_back(scratch_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ShadowScratch* get() const { return scratch_; }  // null: the host stops

   private:
    ShadowRunner& runner_;
    ShadowScratch* const scratch_;
  };

 private:
  static constexpr std::size_t kKeptBytes = 1u << 20;

  bool start() noexcept;
  void hand_out();
  ShadowScratch* take();
  void give_back(ShadowScratch* scratch) noexcept;

  Pool& calls_;
  const document::Limits limits_;
  std::atomic<bool> stopping_{false};
  ShadowInbox inbox_;
  std::once_flag started_;
  std::optional<Bell> bell_;                             // of the inbox
  std::thread thread_;                                   // from the inbox to the shadows' queues
  std::mutex mutex_;                                     // of the two below
  std::vector<std::unique_ptr<ShadowScratch>> scratch_;  // all there are, one a thread at most
  std::vector<ShadowScratch*> free_;
  Pool pool_;  // last: its threads end before what they use
};

}  // namespace slipway::serving
