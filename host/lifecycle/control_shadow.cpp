// Control: versions that are tried on copies of the traffic.
#include <cstdio>

#include "base/units.hpp"
#include "lifecycle/control.hpp"

namespace slipway::lifecycle {
namespace {

// What a shadow begins with.
const model::TrafficPolicy kShadowAtFirst = {
    .share = 1, .sticky_header = "", .max_errors = {}, .max_latency = {}, .window = 0, .tolerance = {}};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

// "copies of 100% of the traffic; numbers are equal within 0.01 + 0.1%"
std::string in_words(const model::TrafficPolicy& policy) {
  std::string words = "copies of " + format_percent(policy.share) + " of the traffic";
  const model::Tolerance& tolerance = policy.tolerance;
  if (tolerance == model::Tolerance{}) return words;
  words += "; numbers are equal within ";
  if (tolerance.absolute > 0) words += number(tolerance.absolute);
  if (tolerance.absolute > 0 && tolerance.relative > 0) words += " + ";
  if (tolerance.relative > 0) words += format_percent(tolerance.relative);
  return words;
}

model::TrafficPolicy changed(model::TrafficPolicy policy, const ShadowRequest& request) {
  if (request.share) policy.share = *request.share;
  if (request.absolute_tolerance) policy.tolerance.absolute = *request.absolute_tolerance;
  if (request.relative_tolerance) policy.tolerance.relative = *request.relative_tolerance;
  return policy;
}

}  // namespace

Result<std::string> Control::shadow(const ShadowRequest& request, Operation& operation) {
  Decision decision = decision_about(Action::shadow, request.model, kShadow, request.request);
  const std::optional<Label> before = label_now(request.model, kShadow);
  decision.to = request.version.empty() ? decision.from : request.version;
  if (decision.to.empty())
    return Error(Code::failed_precondition, request.model + " has no shadow; name the version to try");
  const bool goes_on =
      before && before->policy && before->policy->share > 0 && before->version == decision.to;
  const model::TrafficPolicy policy = changed(goes_on ? *before->policy : kShadowAtFirst, request);
  decision.details = in_words(policy);
  const std::string stable = labelled_version(request.model, kStable);
  if (stable.empty() || stable == decision.to)
    return Error(Code::failed_precondition,
                 stable.empty() ? "no version of " + request.model +
                                      " is stable, so there is no traffic to copy; release one first"
                                : request.model + " " + stable +
                                      " is stable: it answers the traffic that a shadow gets copies of");
  if (Status moved = move_label(decision, policy, operation); !moved) return std::move(moved).error();
  return request.model + " " + decision.to + " is shadow: " + decision.details;
}

Status Control::check_may_be_shadow(const Decision& decision, const model::Lease& candidate) const {
  if (candidate.slot().version().manifest().effects == model::Effects::none) return {};
  return Error(Code::failed_precondition,
               decision.model + " " + decision.to +
                   " cannot be a shadow: a copied request would have its effects twice. Only a version whose "
                   "manifest says `effects: none` gets copies");
}

}  // namespace slipway::lifecycle
