// Every version that this host knows, the state it is in, and which label points to it. The routing table is
// made from it: each change here is one new table.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/routing_table.hpp"
#include "model/semver.hpp"
#include "telemetry/metrics.hpp"

namespace slipway::lifecycle {

// One version of one model in this host, for as long as the host runs. Two that come one after the other
// under the same version's text have two.
using VersionId = std::uint64_t;

constexpr std::string_view kStable = "stable";
constexpr std::string_view kCanary = "canary";
constexpr std::string_view kShadow = "shadow";

// How a label takes part in its model's traffic.
struct Traffic {
  std::optional<model::TrafficPolicy> policy;
  std::shared_ptr<model::Trial> trial;  // what the label's version answers is counted for it; or null
};

// Thread-safe. Threads that serve read the routing table, never this.  [control]
class Catalog {
 public:
  explicit Catalog(model::RoutingTableOwner& tables) : tables_(tables) {}
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // A version that has been found: staged. `digest` is the bundle's, which is in `directory`.
  VersionId enter(const std::string& model, const model::SemanticVersion& version, const std::string& digest,
                  std::filesystem::path directory = {});

  // The one way from state to state: checked, logged, counted and published. `why` goes with `failed`. Not
  // for states that come with something else: see the functions below.
  void move(VersionId id, model::State to, std::string why = {});

  // gated -> ready: from the next table on, pinned routes reach it.
  void install(VersionId id, std::shared_ptr<model::Slot> slot);

  // The swap: in one new table `label` points to `id`, which is serving from then on; the version it pointed
  // to is ready still if no other label points to it. Labels in `withdrawn` point nowhere in that table.
  // Returns the version that `label` pointed to, 0 if there was none.
  VersionId point(const std::string& label, VersionId id, Traffic traffic = {},
                  const std::vector<std::string>& withdrawn = {});
  // The label points nowhere from the next table on. Returns the version that it pointed to, likewise.
  VersionId unpoint(const std::string& model, const std::string& label);

  // What callers of a version are told from now on; null: nothing. No label moves.
  void announce(VersionId id, std::shared_ptr<const model::DeprecationNotice> notice);

  // ready or serving -> draining: the next table is without it. Labels that pointed to it are gone. Returns
  // the slot, to be closed now; null if it is not in that state.
  std::shared_ptr<model::Slot> withdraw(VersionId id);

  // As withdraw(), but its labels go on pointing to it: it is asleep. Nobody else's traffic changes.
  std::shared_ptr<model::Slot> put_to_sleep(VersionId id);
  // Where a version that is asleep and out of memory is to be loaded from; nothing for any other.
  struct Sleeper {
    std::string model;
    std::filesystem::path directory;
    std::string digest;
  };
  std::optional<Sleeper> sleeper(VersionId id) const;
  // From asleep through loaded, warmed and gated to where it was, in one new table. False: it is not wanted
  // any more, and nothing has changed.
  bool wake(VersionId id, const std::shared_ptr<model::Slot>& slot);
  bool is_asleep(VersionId id) const;  // also while its last calls end
  bool is_draining(VersionId id) const;

  // An unloaded or failed version is listed no more; a model without versions is gone.
  void forget(VersionId id);
  // What is said of an unloaded version that stays mapped.
  void explain(VersionId id, std::string why);

  // 0 where there is none.
  VersionId labelled(std::string_view model, std::string_view label) const;
  bool is_labelled(VersionId id) const;
  bool takes_traffic_by_policy(VersionId id) const;       // a canary, a shadow, a release that is watched
  std::shared_ptr<model::Slot> slot(VersionId id) const;  // null unless it is ready or serving
  std::string model_of(VersionId id) const;               // empty where it is not known
  std::vector<VersionId> loaded() const;                  // ready or serving

  // For /metrics.  [any]
  struct Counters {
    std::array<std::atomic<std::uint64_t>, model::kStates> entered{};  // by state
    std::atomic<std::uint64_t> swaps{0};
    telemetry::LatencyHistogram publish;  // making and storing one table
  };
  const Counters& counters() const { return counters_; }

 private:
  struct Entry {
    VersionId id = 0;
    model::SemanticVersion number;
    std::filesystem::path directory;
    model::RoutedVersion shown;
    // What was announced last, for a slot that is installed later too; nothing: the manifest decides.
    std::optional<std::shared_ptr<const model::DeprecationNotice>> notice = {};
  };
  struct Pointer {
    VersionId id = 0;
    Traffic traffic;
    std::shared_ptr<model::Shadow> shadow;  // of the label kShadow: the same in every table, since it counts
  };
  struct Model {
    std::vector<Entry> entries;  // in the order of precedence
    std::map<std::string, Pointer, std::less<>> labels;
  };

  static bool is_labelled(const Model& model, VersionId id);
  static std::shared_ptr<const model::Canary> canary_of(const std::string& name, const Model& model,
                                                        const model::Route& route);
  static std::shared_ptr<model::Shadow> begin_shadow(const std::string& name, const std::string& label,
                                                     const Entry& entry, const Traffic& traffic);
  Entry* find(VersionId id);
  const Entry* find(VersionId id) const;
  void enter_state(const std::string& model, Entry& entry, model::State to, std::string why);
  void drop_superseded(Model& model, std::string_view version);
  std::shared_ptr<model::Slot> take_slot(const std::string& name, Entry& entry);
  void enter_service(const std::string& name, Entry& entry, std::shared_ptr<model::Slot> slot);
  VersionId remove_label(const std::string& name, const std::string& label);
  void publish(const std::string& model);

  model::RoutingTableOwner& tables_;
  Counters counters_;
  mutable std::mutex mutex_;  // of all below
  std::map<std::string, Model, std::less<>> models_;
  std::map<VersionId, std::string> model_of_;
  VersionId last_id_ = 0;
};

}  // namespace slipway::lifecycle
