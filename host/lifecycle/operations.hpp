// The control thread: what operators ask for, one at a time, in the order it was asked.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "lifecycle/operation.hpp"

namespace slipway::lifecycle {

// Thread-safe.
class Operations {
 public:
  static constexpr std::size_t kMostWaiting = 64;
  static constexpr std::size_t kMostRemembered = 32;  // of those that have ended

  using Work = std::function<Result<std::string>(Operation&)>;
  enum class Pace {
    prompt,
    gives_way,  // runs where a core has nothing else to do: it may not slow down those that serve
  };

  Operations();
  ~Operations() { stop(); }
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;

  // Waits for the one that runs; those that wait end as cancelled, and no other starts.
  void stop();

  // Null when too many wait already, or it has been stopped.
  std::shared_ptr<Operation> start(std::string what, Work work, Pace pace = Pace::prompt);
  // The last one: until reopen() no other starts, and who asks is told why.
  std::shared_ptr<Operation> start_last(std::string what, Work work, std::string why);
  void reopen();
  // Why none starts now; empty: as many wait as may, or it has been stopped.
  std::string why_closed() const;
  // Null where it is not known, or has been forgotten.
  std::shared_ptr<Operation> find(std::uint64_t id) const;

 private:
  struct Job {
    std::shared_ptr<Operation> operation;
    Work work;
    Pace pace;
  };

  std::shared_ptr<Operation> add(std::string what, Work work, Pace pace);
  static void perform(const Job& job);
  void run();

  mutable std::mutex mutex_;
  std::condition_variable job_came_;
  std::deque<Job> waiting_;
  std::deque<std::shared_ptr<Operation>> known_;
  std::uint64_t last_id_ = 0;
  std::string why_closed_;  // empty: it is not
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace slipway::lifecycle
