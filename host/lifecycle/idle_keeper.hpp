// Puts versions to sleep that nobody calls, and wakes them when somebody does.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bell.hpp"
#include "base/clock.hpp"
#include "lifecycle/deployer.hpp"
#include "lifecycle/reaper.hpp"
#include "model/waker.hpp"
#include "telemetry/metrics.hpp"

namespace slipway::lifecycle {

// After how long without a call a version goes to sleep; nothing: never.
struct IdlePolicy {
  std::optional<Nanoseconds> labelled;
  std::optional<Nanoseconds> unlabelled;        // such as the one that is kept warm for a rollback
  std::map<std::string, Nanoseconds> of_model;  // whatever its versions' labels
};

// A thread of its own, asleep while there is nothing to do. Thread-safe.
class IdleKeeper final : public model::Waker {
 public:
  static constexpr std::size_t kMostWaiting = 4096;  // calls, of all versions

  static Result<std::unique_ptr<IdleKeeper>> start(Catalog& catalog, Deployer& deployer, Reaper& reaper,
                                                   IdlePolicy policy);
  ~IdleKeeper() override { stop(); }
  IdleKeeper(const IdleKeeper&) = delete;
  IdleKeeper& operator=(const IdleKeeper&) = delete;

  bool wake(std::uint64_t id, Done done) override;

  // After the version that is being loaded; who waits is told.  [control]
  void stop();

  struct Counters {
    std::atomic<std::uint64_t> put_to_sleep{0};
    std::atomic<std::uint64_t> woken{0};
    std::atomic<std::uint64_t> failed{0};    // could not be woken
    telemetry::LatencyHistogram cold_start;  // from the call that woke it until it could be called
  };
  const Counters& counters() const { return counters_; }  // [any]

 private:
  struct Sleeper {
    std::vector<Done> waiting;
    Nanoseconds since = 0;  // the first of them
  };
  struct Use {
    std::uint64_t calls = 0;
    Nanoseconds since = 0;  // nobody has called it
  };

  IdleKeeper(Catalog& catalog, Deployer& deployer, Reaper& reaper, IdlePolicy policy, Bell bell);
  void run();
  bool wake_one();
  Nanoseconds put_idle_to_sleep();
  std::optional<Nanoseconds> idle_time(VersionId id) const;

  Catalog& catalog_;
  Deployer& deployer_;
  Reaper& reaper_;
  const IdlePolicy policy_;
  const Bell bell_;
  Counters counters_;
  std::map<VersionId, Use> uses_;  // the thread's own
  std::mutex mutex_;               // of all below
  std::map<VersionId, Sleeper> sleepers_;
  std::size_t waiting_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace slipway::lifecycle
