// Takes versions out of memory once nobody calls them any more: the one place where models are destroyed and
// libraries unloaded while the host serves.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/bell.hpp"
#include "base/clock.hpp"
#include "lifecycle/catalog.hpp"

namespace slipway::lifecycle {

// A thread of its own. Draining has a deadline; past it a version stays as it is and is reported, and is
// reaped whenever its last lease ends: nothing is ever forced.
class Reaper {
 public:
  static Result<std::unique_ptr<Reaper>> start(Catalog& catalog, Nanoseconds drain_time);
  ~Reaper();  // as stop() with no time left
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // Takes `id` out of the routing table, closes it, and destroys it when its last lease has ended. Then it is
  // listed as unloaded; or, where `forget` is true and nothing of it stayed in memory, no more.  [control]
  void retire(VersionId id, bool forget);

  // The same for a version that nobody calls, which its labels go on pointing to; see Catalog::put_to_sleep.
  // [control]
  void put_to_sleep(VersionId id);

  // Waits until all that was retired is gone, and ends the thread. False: something still held a lease at
  // `deadline`.  [control]
  bool stop(Nanoseconds deadline);

  struct Counters {
    std::atomic<std::uint64_t> draining{0};  // now
    std::atomic<std::uint64_t> overdue{0};   // of these, now past their deadline
    std::atomic<std::uint64_t> pinned{0};    // libraries that stay mapped after they were unloaded
    std::atomic<std::uint64_t> pinned_bytes{0};
  };
  const Counters& counters() const { return counters_; }  // [any]

 private:
  struct Retired {
    VersionId id;
    std::shared_ptr<model::Slot> slot;
    Nanoseconds deadline;
    bool forget;
    bool reported = false;
  };

  Reaper(Catalog& catalog, Nanoseconds drain_time, Bell bell);
  void drain(VersionId id, std::shared_ptr<model::Slot> slot, bool forget);
  void run();
  std::vector<Retired> take_drained(Nanoseconds now);
  void report_overdue(Retired& retired);
  void destroy(Retired retired);

  Catalog& catalog_;
  const Nanoseconds drain_time_;
  const Bell bell_;
  Counters counters_;
  std::mutex mutex_;  // of all below
  std::condition_variable idle_;
  std::vector<Retired> retired_;
  std::set<VersionId> to_forget_;  // that are in no list, and drain
  std::size_t at_work_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace slipway::lifecycle
