// Which versions of which models are served: an immutable snapshot that serving reads and control replaces.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "model/route.hpp"
#include "telemetry/metrics.hpp"

namespace slipway::model {

// Finding a route costs the same however many there are; making a table that differs in one route shares all
// others with the old one.
class RoutingTable {
 public:
  // The route of a model, or null.
  const Route* find(std::string_view model) const;
  std::span<const std::shared_ptr<const Route>> routes() const { return routes_; }  // sorted by name

  // The same table with `route` in it, instead of the one of that name if there is one; and without a model.
  std::shared_ptr<const RoutingTable> with(std::shared_ptr<const Route> route) const;
  std::shared_ptr<const RoutingTable> without(std::string_view model) const;

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  std::size_t place_of(std::string_view model) const;  // in routes_, or where it would be inserted
  void build_index();

  std::vector<std::shared_ptr<const Route>> routes_;
  std::vector<std::uint32_t> index_;  // open addressing by the name's hash; a power of two, at most half full
};

class RoutingTableReader;

// The current table. Replacing it is one step: a reader sees the old table or the new one, never a mixture,
// and never an older one after a newer one.
class RoutingTableOwner {
 public:
  RoutingTableOwner() : table_(std::make_shared<const RoutingTable>()) {}

  // [control]
  void publish(std::shared_ptr<const RoutingTable> table);
  // Makes every thread that serves look at what was published last, though it may be idle; a busy one looks
  // before its next request anyway. Else it would keep the old table and what that points to.  [control]
  void announce();
  std::shared_ptr<const RoutingTable> current() const;
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  // What announce() calls. Returns when the one before is not being called any more.  [control]
  void set_refresh(std::function<void()> refresh);
  // From storing an announced table until its last reader uses it. Of several on their way the first is
  // timed.
  const telemetry::LatencyHistogram& refresh_times() const { return refresh_times_; }  // [any]

 private:
  friend class RoutingTableReader;
  struct Awaited {
    std::uint64_t generation = 0;  // 0: none
    Nanoseconds since = 0;
  };

  void enter(RoutingTableReader& reader) const;
  void leave(RoutingTableReader& reader) const;
  void catch_up(RoutingTableReader& reader) const;
  void note_arrival() const;

  mutable std::mutex mutex_;  // held for the copy of one pointer, also by control
  std::shared_ptr<const RoutingTable> table_;
  std::atomic<std::uint64_t> generation_{1};
  Nanoseconds published_at_ = 0;
  mutable std::vector<const RoutingTableReader*> readers_;
  mutable Awaited awaited_;
  mutable telemetry::LatencyHistogram refresh_times_;
  std::mutex refreshing_;  // of refresh_, which is called with it held
  std::function<void()> refresh_;
};

// A thread's own copy of the current table's pointer: looking at it costs one load of a number that changes
// only with the table. One thread.
class RoutingTableReader {
 public:
  explicit RoutingTableReader(const RoutingTableOwner& owner) : owner_(owner) { owner_.enter(*this); }
  RoutingTableReader(const RoutingTableReader&) = delete;
  RoutingTableReader& operator=(const RoutingTableReader&) = delete;
  ~RoutingTableReader() { owner_.leave(*this); }

  const RoutingTable& table() {
    if (owner_.generation() != generation_) owner_.catch_up(*this);
    return *table_;
  }

 private:
  friend class RoutingTableOwner;

  const RoutingTableOwner& owner_;
  std::uint64_t generation_ = 0;  // of table_; written with the owner's lock held
  std::shared_ptr<const RoutingTable> table_;
};

}  // namespace slipway::model
