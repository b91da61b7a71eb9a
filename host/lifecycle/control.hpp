// What operators do to a host that has a store: publish versions, move labels between them, take them out of
// memory. Everything that was acknowledged is in the ledger, and comes back when the host starts again.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lifecycle/deployer.hpp"
#include "lifecycle/operations.hpp"
#include "lifecycle/reaper.hpp"
#include "lifecycle/store.hpp"
#include "lifecycle/trial_watch.hpp"

namespace slipway::lifecycle {

// Who asks, and what for; both go into the ledger.
struct Request {
  std::string by;
  std::string why;
};

// What an operator says of a label's traffic. What is left out stays as it is, or is what it begins with.
struct PolicyChange {
  std::optional<double> share;
  std::optional<std::string> sticky_header;
  std::optional<double> max_errors;
  std::optional<Nanoseconds> max_latency;
  std::optional<Nanoseconds> window;

  bool has_bounds() const { return max_errors || max_latency; }
  model::TrafficPolicy applied_to(model::TrafficPolicy policy) const;
};

struct ReleaseRequest {
  std::string model;
  std::string version;
  std::string label;
  bool allow_breaking = false;
  PolicyChange policy;  // of a canary; of a release, the bounds within which it is not rolled back
  Request request;
};

// What is left out stays as it is while the version is the shadow already, or is what it begins with.
struct ShadowRequest {
  std::string model;
  std::string version;  // empty: the one that is the shadow now
  std::optional<double> share;
  std::optional<double> absolute_tolerance;
  std::optional<double> relative_tolerance;
  Request request;
};

struct DeprecationRequest {
  std::string model;
  std::string version;
  std::optional<model::Deprecation> deprecation;  // nothing: what an operator has said before is taken back
  Request request;
};

// What a host's store is operated on with. All of it outlives the control.
struct ControlParts {
  Store& store;
  Catalog& catalog;
  Deployer& deployer;
  Reaper& reaper;
  TrialWatch& trials;
  Operations& operations;  // where what the host decides by itself takes its turn
};

// The commands run one at a time; each says in its operation what it does, and returns a sentence about what
// it did. A command that fails leaves what serves as it is; the ledger has the attempt, and why it failed.
class Control {
 public:
  explicit Control(const ControlParts& parts)
      : store_(parts.store),
        catalog_(parts.catalog),
        deployer_(parts.deployer),
        reaper_(parts.reaper),
        trial_watch_(parts.trials),
        operations_(parts.operations) {}

  // Brings into service what the ledger's labels point to. A version that cannot be is logged and listed as
  // failed; the others are served.  [control, before anything else]
  struct Restored {
    std::size_t served = 0;  // labels
    std::size_t failed = 0;
  };
  Result<Restored> restore();

  Result<std::string> publish(const std::filesystem::path& bundle, const Request& request,
                              Operation& operation);
  Result<std::string> release(const ReleaseRequest& request, Operation& operation);
  // A share of the traffic for a version, on trial. An empty version: the one that is the canary now.
  Result<std::string> canary(const ReleaseRequest& request, Operation& operation);
  // Copies of the traffic for a version; nobody sees its answers, but how they differ is reported.
  Result<std::string> shadow(const ShadowRequest& request, Operation& operation);
  // Callers of the version are told from now on, at once and without reloading it; or are told no more.
  Result<std::string> deprecate(const DeprecationRequest& request, Operation& operation);
  // The label points nowhere any more; its version stays in memory for a while.
  Result<std::string> withdraw(const std::string& model, const std::string& label, const Request& request,
                               Operation& operation);
  // To the version that the label pointed to before its last release: at once if that is still in memory.
  Result<std::string> rollback(const std::string& model, const std::string& label, const Request& request,
                               Operation& operation);
  Result<std::string> unload(const std::string& model, const std::string& version, const Request& request,
                             Operation& operation);

  // So that another process can open the store; from then on only history() and versions() may be called,
  // which say so, until it has been taken back.  [control]
  void let_go_of_store();
  Status take_store_back();

  // [any control-plane thread]
  Result<std::vector<Decision>> history(const HistoryFilter& filter);
  Result<std::vector<PublishedVersion>> versions();

 private:
  using Key = std::pair<std::string, std::string>;  // a model, and a version or a label of it

  Result<VersionId> bring_in(const std::string& model, const std::string& version, Operation& operation);
  Status move_label(Decision decision, std::optional<model::TrafficPolicy> policy, Operation& operation);
  Status check_may_be_shadow(const Decision& decision, const model::Lease& candidate) const;
  void announce(const PublishedVersion& version, VersionId id);
  Traffic begin_traffic(const Label& label);
  void end_trial(const Key& label);
  void take_label_away(const Key& label, Operation& operation);
  Result<std::string> roll_back_failed(const Key& label, const std::shared_ptr<model::Trial>& trial,
                                       Operation& operation);
  Status check_clients(const Decision& decision, const model::Lease& candidate);
  Status wake(VersionId id);
  // Woken if it is asleep, and kept awake; an empty lease where there is no such version in service.
  Result<model::Lease> hold(VersionId id);
  Result<std::string> rollback_target(const std::string& model, const std::string& label,
                                      const std::string& current);
  Decision decision_about(Action action, const std::string& model, std::string_view label,
                          const Request& request);
  std::optional<Label> label_now(const std::string& model, std::string_view label);
  std::string labelled_version(const std::string& model, std::string_view label);
  void keep_warm(const Key& label, VersionId before);
  Result<Decision> record(Decision decision, std::vector<Label> labels = {},
                          std::vector<std::string> withdrawn = {});
  void record_failure(Decision decision, const Error& error);

  Store& store_;
  Catalog& catalog_;
  Deployer& deployer_;
  Reaper& reaper_;
  TrialWatch& trial_watch_;
  Operations& operations_;
  std::mutex ledger_;                // of the store's ledger, which takes one thread at a time
  std::map<Key, VersionId> loaded_;  // by version; may have been retired since
  std::map<Key, VersionId> warm_;    // by label: the version it pointed to before
  std::map<Key, std::shared_ptr<model::Trial>> trials_;  // by label: those that go on
};

}  // namespace slipway::lifecycle
