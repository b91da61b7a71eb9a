// Which versions of which models are served: an immutable snapshot that serving reads and control replaces.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/lease.hpp"
#include "model/version.hpp"

namespace slipway::model {

// A version's place in routing tables. A table keeps slots alive, and a slot keeps its word alive; the
// version in it is there as long as somebody holds a lease. Serving derives from it what it counts for each
// version.
class Slot {
 public:
  explicit Slot(std::unique_ptr<ModelVersion> version) : version_(std::move(version)) {}
  virtual ~Slot() = default;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  LeaseCount& leases() { return leases_; }
  // While a lease is held, or before the slot is in any table.
  ModelVersion& version() { return *version_; }
  // After leases().drained(): the version, to be destroyed by who closed it.  [control]
  std::unique_ptr<ModelVersion> take() { return std::move(version_); }

 private:
  LeaseCount leases_;
  std::unique_ptr<ModelVersion> version_;
};

struct Route {
  std::shared_ptr<Slot> stable;  // answers unpinned requests
  std::map<std::string, std::shared_ptr<Slot>, std::less<>>
      versions;  // by version text; `stable` is among them

  std::shared_ptr<Slot> find(std::string_view version) const {
    const auto found = versions.find(version);
    return found == versions.end() ? nullptr : found->second;
  }
};

class RoutingTable {
 public:
  // The route of a model, or null.
  const Route* find(std::string_view model) const {
    const auto found = routes_.find(model);
    return found == routes_.end() ? nullptr : &found->second;
  }
  const std::map<std::string, Route, std::less<>>& sorted() const { return sorted_; }
  std::size_t size() const { return routes_.size(); }

  // While the table is made, before it is published.
  void add(std::string model, Route route) {
    sorted_.insert_or_assign(model, route);
    routes_.insert_or_assign(std::move(model), std::move(route));
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, Route, Hash, std::equal_to<>> routes_;
  std::map<std::string, Route, std::less<>> sorted_;
};

// The current table. Replacing it is one step: a reader sees the old table or the new one, never a mixture,
// and never an older one after a newer one.
class RoutingTableOwner {
 public:
  RoutingTableOwner() : table_(std::make_shared<const RoutingTable>()) {}

  // [control]
  void publish(std::shared_ptr<const RoutingTable> table);
  std::shared_ptr<const RoutingTable> current() const;
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;  // held for the copy of one pointer, also by control
  std::shared_ptr<const RoutingTable> table_;
  std::atomic<std::uint64_t> generation_{1};
};

// A thread's own copy of the current table's pointer: looking at it costs one load of a number that changes
// only with the table. One thread.
class RoutingTableReader {
 public:
  explicit RoutingTableReader(const RoutingTableOwner& owner) : owner_(owner) {}

  const RoutingTable& table() {
    if (owner_.generation() != generation_) refresh();
    return *table_;
  }

 private:
  void refresh();

  const RoutingTableOwner& owner_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const RoutingTable> table_;
};

// A counted right to call a version; released when it goes. Movable.
class Lease {
 public:
  Lease() = default;
  // Empty if the slot is closed: look into the newer table then.
  static Lease of(std::shared_ptr<Slot> slot) {
    Lease lease;
    if (slot != nullptr && slot->leases().acquire()) lease.slot_ = std::move(slot);
    return lease;
  }
  Lease(Lease&& other) noexcept = default;
  Lease& operator=(Lease&& other) noexcept {
    if (this != &other) {
      release();
      slot_ = std::move(other.slot_);
    }
    return *this;
  }
  ~Lease() { release(); }

  explicit operator bool() const { return slot_ != nullptr; }
  Slot& slot() const { return *slot_; }
  void release() {
    if (slot_ != nullptr) slot_->leases().release();
    slot_.reset();
  }

 private:
  std::shared_ptr<Slot> slot_;
};

}  // namespace slipway::model
