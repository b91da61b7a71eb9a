#include "lifecycle/control.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "schema/compatibility.hpp"
#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

using model::State;

constexpr Nanoseconds kDrainPatience = 10 * kSecond;

// What a release with bounds begins with.
const model::TrafficPolicy kWatchedRelease = {.share = 0,
                                              .sticky_header = "",
                                              .max_errors = {},
                                              .max_latency = {},
                                              .window = 30 * kSecond,
                                              .tolerance = {}};

Error unknown_version(const std::string& model, const std::string& version) {
  return {Code::not_found,
          model + " " + version + " is not in the store; publish it first: slipway publish BUNDLE"};
}

// Before 1.0.0 a new minor version may break clients, after that a new major one (semver.org, section 4).
bool may_break(const model::SemanticVersion& from, const model::SemanticVersion& to) {
  if (to.major_number() != from.major_number()) return to > from;
  return to.major_number() == 0 && to.minor_number() > from.minor_number();
}

// Whether clients of `served` go on working with `candidate`; the error names what they would trip over.
Status check_compatible(const model::Bundle& served, const model::Bundle& candidate) {
  if (may_break(served.manifest.version, candidate.manifest.version)) return {};
  std::string changes;
  const auto compare = [&](const model::SchemaFile& before, const model::SchemaFile& after,
                           schema::Direction direction, const char* what) {
    for (const schema::Change& change :
         schema::compare(*before.compiled.schema, *after.compiled.schema, direction).changes)
      changes += "\n" + std::string(what) + " " + change.pointer + ": " + change.message;
  };
  compare(served.request, candidate.request, schema::Direction::request, "request");
  compare(served.response, candidate.response, schema::Direction::response, "response");
  if (changes.empty()) return {};
  return Error(Code::failed_precondition,
               candidate.manifest.version.text() + " may break clients of " + served.manifest.version.text() +
                   ", which needs a new major version, or --allow-breaking:" + changes);
}

Error store_is_away() {
  return {Code::unavailable, "a new host is taking this one's store over; ask again in a moment"};
}

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

}  // namespace

Result<Control::Restored> Control::restore() {
  const Result<std::vector<Label>> labels = store_.ledger().labels();
  if (!labels) return labels.error();
  Operation silent(0, "restore");
  Restored restored;
  for (const Label& label : *labels) {
    const Result<VersionId> id = bring_in(label.model, label.version, silent);
    if (id) {
      const Result<model::Lease> awake = hold(*id);  // if it can be: a share of the traffic wakes nobody
      catalog_.point(label.name, *id, begin_traffic(label));
      ++restored.served;
      continue;
    }
    ++restored.failed;
    telemetry::log(telemetry::Level::error, "a label's version cannot be served",
                   {{"model", label.model},
                    {"label", label.name},
                    {"version", label.version},
                    {"why", id.error().message}});
  }
  return restored;
}

Result<std::string> Control::publish(const std::filesystem::path& bundle, const Request& request,
                                     Operation& operation) {
  operation.step("copying and hashing " + bundle.string());
  Result<StagedBundle> staged = store_.stage(bundle);
  if (!staged) return std::move(staged).error();
  const std::string what = staged->model + " " + staged->version;
  operation.step("checking " + what);
  Result<Candidate> candidate = open_candidate(staged->directory);
  if (!candidate) return std::move(candidate).error();
  if (Status read = read_cases(*candidate); !read) return std::move(read).error();
  const std::lock_guard lock(ledger_);
  const Result<Publication> published = store_.publish(std::move(*staged), request.by);
  if (!published) return published.error();
  const std::string digest = " (" + published->version.digest.substr(0, 16) + ")";
  switch (published->effect) {
    case Publication::Effect::unchanged:
      return what + " is in the store already, with the same bytes" + digest;
    case Publication::Effect::restored:
      return what + " is whole again in the store" + digest;
    case Publication::Effect::added:
      break;
  }
  return what + " is published" + digest;
}

Result<std::string> Control::release(const ReleaseRequest& request, Operation& operation) {
  Decision decision = decision_about(Action::release, request.model, request.label, request.request);
  decision.to = request.version;
  decision.allow_breaking = request.allow_breaking;
  std::optional<model::TrafficPolicy> policy;
  if (request.policy.has_bounds()) policy = request.policy.applied_to(kWatchedRelease);
  if (Status moved = move_label(decision, std::move(policy), operation); !moved)
    return std::move(moved).error();
  return request.model + " " + request.version + " is " + request.label +
         (decision.from.empty() ? "" : ", instead of " + decision.from);
}

Result<std::string> Control::rollback(const std::string& model, const std::string& label,
                                      const Request& request, Operation& operation) {
  if (label == kCanary || label == kShadow) return withdraw(model, label, request, operation);
  Decision decision = decision_about(Action::rollback, model, label, request);
  Result<std::string> target = rollback_target(model, label, decision.from);
  if (!target) return std::move(target).error();
  decision.to = std::move(*target);
  if (Status moved = move_label(decision, std::nullopt, operation); !moved) return std::move(moved).error();
  return model + " " + decision.to + " is " + label + " again, instead of " + decision.from;
}

Result<std::string> Control::unload(const std::string& model, const std::string& version,
                                    const Request& request, Operation& operation) {
  const auto loaded = loaded_.find({model, version});
  if (loaded == loaded_.end() || catalog_.slot(loaded->second) == nullptr)
    return Error(Code::failed_precondition, model + " " + version + " is not in memory");
  {
    const std::lock_guard lock(ledger_);
    const Result<std::vector<Label>> labels = store_.ledger().labels();
    if (!labels) return labels.error();
    for (const Label& label : *labels)
      if (label.model == model && label.version == version)
        return Error(Code::failed_precondition, "the label " + quoted(label.name) + " points to " + model +
                                                    " " + version + "; release another version to it first");
  }
  Decision decision = decision_about(Action::unload, model, {}, request);
  decision.from = version;
  if (const Result<Decision> recorded = record(decision); !recorded) return recorded.error();
  operation.step("draining " + model + " " + version);
  reaper_.retire(loaded->second, false);
  loaded_.erase(loaded);
  return model + " " + version + " is out of service, and leaves memory when its last call has ended";
}

// From the decision to the swap: everything that can fail comes before it. What is acknowledged is durable.
Status Control::move_label(Decision decision, std::optional<model::TrafficPolicy> policy,
                           Operation& operation) {
  const Result<VersionId> id = bring_in(decision.model, decision.to, operation);
  if (!id) {
    record_failure(decision, id.error());
    return id.error();
  }
  // Until the label points to it: what falls asleep cannot be looked at, and gets no share of the traffic.
  const Result<model::Lease> held = hold(*id);
  if (Status compatible = held ? check_clients(decision, *held) : Status(held.error()); !compatible) {
    record_failure(decision, compatible.error());
    return compatible;
  }
  // A canary that becomes stable has passed its trial; a shadow is not compared with itself.
  std::vector<std::string> withdrawn;
  for (const std::string_view each : {kCanary, kShadow})
    if (decision.label == kStable && catalog_.labelled(decision.model, each) == *id)
      withdrawn.emplace_back(each);
  const Label label{decision.model, decision.label, decision.to, std::move(policy)};
  if (const Result<Decision> recorded = record(decision, {label}, withdrawn); !recorded)
    return recorded.error();
  for (const std::string& each : withdrawn) end_trial({decision.model, each});
  const VersionId before = catalog_.point(decision.label, *id, begin_traffic(label), withdrawn);
  operation.step(decision.label + ": " + (decision.from.empty() ? "nothing" : decision.from) + " -> " +
                 decision.to);
  if (before != *id) keep_warm({decision.model, decision.label}, before);
  telemetry::log(telemetry::Level::info, "label moved",
                 {{"model", decision.model},
                  {"label", decision.label},
                  {"from", decision.from},
                  {"to", decision.to},
                  {"by", decision.by},
                  {"action", to_text(decision.action)}});
  return {};
}

// A rollback goes back to what clients have had already; what a shadow answers nobody gets.
Status Control::check_clients(const Decision& decision, const model::Lease& candidate) {
  if (!candidate)
    return Error(Code::unavailable, "the version left memory while it was looked at; try again");
  if (decision.action == Action::shadow) return check_may_be_shadow(decision, candidate);
  if (decision.allow_breaking || decision.action == Action::rollback) return {};
  // A canary answers whom the stable version would have answered.
  const std::string_view replaced = decision.label == kCanary ? kStable : std::string_view(decision.label);
  const Result<model::Lease> served = hold(catalog_.labelled(decision.model, replaced));
  if (!served) return served.error();
  if (!*served) return {};
  return check_compatible(served->slot().version().bundle(), candidate.slot().version().bundle());
}

// It may fall asleep whenever nobody holds it, and be woken by a call; not both within a moment.
Result<model::Lease> Control::hold(VersionId id) {
  const Nanoseconds patience = monotonic_now() + kDrainPatience;
  for (;;) {
    const bool was_asleep = catalog_.is_asleep(id);
    model::Lease lease = model::Lease::of(catalog_.slot(id));
    if (lease || (!was_asleep && !catalog_.is_asleep(id))) return lease;
    if (Status woken = wake(id); !woken) return std::move(woken).error();
    if (monotonic_now() > patience)
      return Error(Code::unavailable, "the version falls asleep again and again; try again soon");
  }
}

Result<VersionId> Control::bring_in(const std::string& model, const std::string& version,
                                    Operation& operation) {
  const Key key{model, version};
  if (const auto loaded = loaded_.find(key);
      loaded != loaded_.end() && catalog_.slot(loaded->second) != nullptr) {
    operation.step(model + " " + version + " is in memory");
    return loaded->second;
  }
  if (const auto loaded = loaded_.find(key); loaded != loaded_.end() && catalog_.is_asleep(loaded->second)) {
    operation.step("waking " + model + " " + version);
    if (Status woken = wake(loaded->second); !woken) return std::move(woken).error();
    return loaded->second;
  }
  operation.step("reading " + model + " " + version + " from the store");
  Result<StoredBundle> stored = [&]() -> Result<StoredBundle> {
    const std::lock_guard lock(ledger_);
    return store_.bundle(model, version);
  }();
  if (!stored && stored.error().code == Code::not_found) return unknown_version(model, version);
  if (!stored) return std::move(stored).error();
  const Result<Deployer::Deployed> deployed =
      deployer_.deploy(stored->directory, stored->published.digest,
                       [&](State state) { operation.step(std::string(model::to_text(state))); });
  if (!deployed) return deployed.error();
  deployer_.remember(*deployed);
  loaded_[key] = deployed->id;
  if (stored->published.deprecation) announce(stored->published, deployed->id);
  return deployed->id;
}

// One that is still on its way out of memory is there soon. Whoever needs it to stay holds it, see hold().
Status Control::wake(VersionId id) {
  const Nanoseconds patience = monotonic_now() + kDrainPatience;
  while (catalog_.is_draining(id) && monotonic_now() < patience)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (catalog_.is_draining(id))
    return Error(Code::unavailable, "the version is on its way out of memory; try again soon");
  return deployer_.wake(id);
}

// The version that a label pointed to stays in memory for a rollback, until the next one takes that place.
void Control::keep_warm(const Key& label, VersionId before) {
  VersionId& warm = warm_[label];
  const VersionId colder = std::exchange(warm, before);
  const auto is_needed = [&](VersionId id) {
    return std::any_of(warm_.begin(), warm_.end(), [&](const auto& each) { return each.second == id; }) ||
           catalog_.is_labelled(id);
  };
  if (colder != 0 && !is_needed(colder)) reaper_.retire(colder, false);
}

// Who asks for what, and, if it is about a label, which version that points to now.
Decision Control::decision_about(Action action, const std::string& model, std::string_view label,
                                 const Request& request) {
  Decision decision;
  decision.by = request.by;
  decision.why = request.why;
  decision.action = action;
  decision.model = model;
  decision.label = label;
  if (!label.empty()) decision.from = labelled_version(model, label);
  return decision;
}

std::optional<Label> Control::label_now(const std::string& model, std::string_view label) {
  const std::lock_guard lock(ledger_);
  const Result<std::vector<Label>> labels = store_.ledger().labels();
  if (!labels) return std::nullopt;
  for (const Label& each : *labels)
    if (each.model == model && each.name == label) return each;
  return std::nullopt;
}

std::string Control::labelled_version(const std::string& model, std::string_view label) {
  const std::optional<Label> found = label_now(model, label);
  return found ? found->version : std::string();
}

Result<std::string> Control::rollback_target(const std::string& model, const std::string& label,
                                             const std::string& current) {
  if (current.empty())
    return Error(Code::failed_precondition, model + " has no version with the label " + quoted(label) +
                                                "; there is nothing to roll back");
  HistoryFilter filter;
  filter.model = model;
  filter.label = label;
  const Result<std::vector<Decision>> decisions = history(filter);
  if (!decisions) return decisions.error();
  for (const Decision& each : *decisions)
    if (each.outcome == Outcome::done && each.action == Action::release && each.to == current &&
        !each.from.empty() && each.from != current)
      return each.from;
  return Error(Code::failed_precondition, model + " " + current + " is the first version that " +
                                              quoted(label) +
                                              " has pointed to; there is none to roll back to");
}

void Control::let_go_of_store() {
  const std::lock_guard lock(ledger_);
  store_.release();
}

Status Control::take_store_back() {
  const std::lock_guard lock(ledger_);
  return store_.reclaim();
}

Result<std::vector<Decision>> Control::history(const HistoryFilter& filter) {
  const std::lock_guard lock(ledger_);
  if (!store_.is_held()) return store_is_away();
  return store_.ledger().history(filter);
}

Result<std::vector<PublishedVersion>> Control::versions() {
  const std::lock_guard lock(ledger_);
  if (!store_.is_held()) return store_is_away();
  return store_.ledger().versions();
}

Result<Decision> Control::record(Decision decision, std::vector<Label> labels,
                                 std::vector<std::string> withdrawn) {
  const std::lock_guard lock(ledger_);
  Change change;
  change.decision = std::move(decision);
  change.labels = std::move(labels);
  change.withdrawn = std::move(withdrawn);
  return store_.ledger().record(change);
}

void Control::record_failure(Decision decision, const Error& error) {
  decision.outcome = Outcome::failed;
  decision.details = error.message;
  if (const Result<Decision> recorded = record(std::move(decision)); !recorded)
    telemetry::log(telemetry::Level::error, "a failed attempt could not be recorded",
                   {{"why", recorded.error().message}});
}

}  // namespace slipway::lifecycle
