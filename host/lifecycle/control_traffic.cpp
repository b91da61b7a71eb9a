// Control: labels that take a part of the traffic, or take it on trial.
#include "base/units.hpp"
#include "lifecycle/control.hpp"
#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

// What a canary begins with.
const model::TrafficPolicy kCanaryAtFirst = {.share = 0.1,
                                             .sticky_header = "",
                                             .max_errors = 0.05,
                                             .max_latency = {},
                                             .window = 30 * kSecond,
                                             .tolerance = {}};

// "10% of the traffic, sticky by x-user; rolled back above 5% failed or a p99 of 50ms, within 30s"
std::string in_words(const model::TrafficPolicy& policy) {
  std::string words = format_percent(policy.share) + " of the traffic";
  if (!policy.sticky_header.empty()) words += ", sticky by " + policy.sticky_header;
  if (!policy.has_bounds()) return words;
  words += "; rolled back above ";
  if (policy.max_errors) words += format_percent(*policy.max_errors) + " failed";
  if (policy.max_errors && policy.max_latency) words += " or ";
  if (policy.max_latency) words += "a p99 of " + format_duration(*policy.max_latency);
  return words + ", within " + format_duration(policy.window);
}

}  // namespace

model::TrafficPolicy PolicyChange::applied_to(model::TrafficPolicy policy) const {
  if (share) policy.share = *share;
  if (sticky_header) policy.sticky_header = *sticky_header;
  if (max_errors) policy.max_errors = max_errors;
  if (max_latency) policy.max_latency = max_latency;
  if (window) policy.window = *window;
  return policy;
}

Result<std::string> Control::canary(const ReleaseRequest& request, Operation& operation) {
  Decision decision = decision_about(Action::canary, request.model, kCanary, request.request);
  const std::optional<Label> before = label_now(request.model, kCanary);
  decision.to = request.version.empty() ? decision.from : request.version;
  decision.allow_breaking = request.allow_breaking;
  if (decision.to.empty())
    return Error(Code::failed_precondition, request.model + " has no canary; name the version to try");
  const bool goes_on = before && before->policy && before->version == decision.to;
  const model::TrafficPolicy policy = request.policy.applied_to(goes_on ? *before->policy : kCanaryAtFirst);
  decision.details = in_words(policy);
  const std::string stable = labelled_version(request.model, kStable);
  if (stable.empty() || stable == decision.to)
    return Error(Code::failed_precondition,
                 stable.empty() ? "no version of " + request.model +
                                      " is stable, so there is no traffic to share; release one first"
                                : request.model + " " + stable + " is stable already");
  if (Status moved = move_label(decision, policy, operation); !moved) return std::move(moved).error();
  return request.model + " " + decision.to + " is canary: " + decision.details;
}

Result<std::string> Control::withdraw(const std::string& model, const std::string& label,
                                      const Request& request, Operation& operation) {
  const Decision decision = decision_about(Action::withdraw, model, label, request);
  if (decision.from.empty())
    return Error(Code::failed_precondition, model + " has no version with the label " + "\"" + label + "\"");
  if (const Result<Decision> recorded = record(decision, {}, {label}); !recorded) return recorded.error();
  take_label_away({model, label}, operation);
  return model + " " + decision.from + " is " + label + " no more";
}

// What a label's policy says, set going. The label's trial before it is over.
Traffic Control::begin_traffic(const Label& label) {
  const Key key{label.model, label.name};
  end_trial(key);
  Traffic traffic{label.policy, nullptr};
  if (!label.policy || !label.policy->has_bounds()) return traffic;
  const auto failed = [this, key](const std::shared_ptr<model::Trial>& trial) {
    return operations_.start("roll " + key.second + " of " + key.first + " back: it failed its trial",
                             [this, key, trial](Operation& operation) {
                               return roll_back_failed(key, trial, operation);
                             }) != nullptr;
  };
  traffic.trial = trial_watch_.begin(*label.policy, failed);
  trials_[key] = traffic.trial;
  return traffic;
}

void Control::end_trial(const Key& label) {
  const auto found = trials_.find(label);
  if (found == trials_.end()) return;
  trial_watch_.end(found->second);
  trials_.erase(found);
}

void Control::take_label_away(const Key& label, Operation& operation) {
  end_trial(label);
  const VersionId before = catalog_.unpoint(label.first, label.second);
  operation.step(label.second + " points nowhere");
  keep_warm(label, before);
}

// What callers see has happened before: a canary whose trial has failed answers nobody.
Result<std::string> Control::roll_back_failed(const Key& label, const std::shared_ptr<model::Trial>& trial,
                                              Operation& operation) {
  const auto current = trials_.find(label);
  if (current == trials_.end() || current->second != trial)
    return std::string("it has been replaced meanwhile");
  const auto& [model, name] = label;
  const Request request{"host", trial->why_failed()};
  telemetry::log(telemetry::Level::warning, "a version failed its trial and is rolled back",
                 {{"model", model}, {"label", name}, {"why", request.why}});
  if (name != kCanary) return rollback(model, name, request, operation);
  const Decision decision = decision_about(Action::rollback, model, name, request);
  const Result<Decision> recorded = record(decision, {}, {name});
  // Also if that could not be written down: a host that starts again tries the canary again.
  take_label_away(label, operation);
  if (!recorded) return recorded.error();
  return model + " " + decision.from + " is canary no more: " + request.why;
}

}  // namespace slipway::lifecycle
