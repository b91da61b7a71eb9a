// One model in the routing table: its versions, and which of them answers what.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/deprecation.hpp"
#include "model/lease.hpp"
#include "model/shadow.hpp"
#include "model/share.hpp"
#include "model/state.hpp"
#include "model/trial.hpp"
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
  // How often it has been called: what nobody calls is idle.  [any]
  virtual std::uint64_t calls() const { return 0; }

  // After leases().drained(): the version, to be destroyed by who closed it.  [control]
  std::unique_ptr<ModelVersion> take() { return std::move(version_); }

  // What its answers are counted for besides; null: nothing. A trial stays as long as the slot does.
  Trial* trial() const { return trial_.load(std::memory_order_acquire); }
  // [control]
  void set_trial(std::shared_ptr<Trial> trial) {
    trial_.store(trial.get(), std::memory_order_release);
    if (trial != nullptr) trials_.push_back(std::move(trial));
  }

  // What callers are told besides the answer; null: nothing. A notice stays as long as the slot does.
  const DeprecationNotice* deprecation() const { return deprecation_.load(std::memory_order_acquire); }
  // [control]
  void set_deprecation(std::shared_ptr<const DeprecationNotice> notice) {
    deprecation_.store(notice.get(), std::memory_order_release);
    if (notice != nullptr) notices_.push_back(std::move(notice));
  }

 private:
  LeaseCount leases_;
  std::unique_ptr<ModelVersion> version_;
  std::atomic<Trial*> trial_{nullptr};
  std::vector<std::shared_ptr<Trial>> trials_;  // a thread may still count for one that is over
  std::atomic<const DeprecationNotice*> deprecation_{nullptr};
  std::vector<std::shared_ptr<const DeprecationNotice>>
      notices_;  // a thread may still write one that was taken back
};

// The version that answers a share of the requests that name none.
struct Canary {
  std::shared_ptr<Slot> slot;
  TrafficPolicy policy;
  Share share;                   // as the policy says it
  std::shared_ptr<Trial> trial;  // null: nobody watches it

  bool may_answer() const { return trial == nullptr || !trial->has_failed(); }
};

// One version that the host knows, whether it may be called or not.
struct RoutedVersion {
  std::uint64_t id = 0;  // of the host's own; see model/waker.hpp
  std::string version;
  std::string digest;  // of the bundle
  State state = State::staged;
  std::int64_t since_ms = 0;        // when it came to this state, milliseconds since 1970
  std::string why;                  // it failed, or stays mapped
  std::shared_ptr<Slot> slot;       // exactly while it is ready or serving
  std::vector<std::string> labels;  // that point to it
  bool asleep = false;              // out of memory until somebody calls it
};

struct Route {
  std::string name;
  std::shared_ptr<Slot> stable;  // answers unpinned requests; null while nothing may
  std::map<std::string, std::shared_ptr<Slot>, std::less<>> labels;  // `stable` is among them
  std::shared_ptr<const Canary> canary;                              // null: none
  std::shared_ptr<Shadow> shadow;       // gets copies of unpinned requests; null: none
  std::vector<RoutedVersion> versions;  // in the order of precedence; several may have one version's text

  // The slot that answers for `version`, or null.
  std::shared_ptr<Slot> find(std::string_view version) const {
    for (const RoutedVersion& each : versions)
      if (each.slot != nullptr && each.version == version) return each.slot;
    return nullptr;
  }
  // The version that would answer for `version`, for `label`, or, where both are empty, as stable, if it is
  // asleep; else null.
  const RoutedVersion* sleeper(std::string_view version, std::string_view label) const {
    const std::string_view wanted = label.empty() ? std::string_view("stable") : label;
    for (const RoutedVersion& each : versions) {
      const bool meant = version.empty()
                             ? std::find(each.labels.begin(), each.labels.end(), wanted) != each.labels.end()
                             : each.version == version;
      if (meant && each.asleep) return &each;
    }
    return nullptr;
  }
  std::shared_ptr<Slot> labelled(std::string_view label) const {
    const auto found = labels.find(label);
    return found == labels.end() ? nullptr : found->second;
  }
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
