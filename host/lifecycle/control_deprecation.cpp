// Control: versions that callers are told to leave.
#include "lifecycle/control.hpp"
#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

// "deprecated from 2027-06-01 on, gone on 2027-12-01; 2.0.0 is its successor"
std::string in_words(const model::Deprecation& deprecation) {
  std::string words = "deprecated from " + deprecation.after + " on";
  if (!deprecation.sunset.empty()) words += ", gone on " + deprecation.sunset;
  if (!deprecation.successor.empty()) words += "; " + deprecation.successor + " is its successor";
  return words;
}

Status check(const model::Deprecation& deprecation, const std::string& version) {
  // Days of this form are ordered as their texts are.
  if (!deprecation.sunset.empty() && deprecation.sunset < deprecation.after)
    return Error(Code::invalid_argument, "the version would be gone (" + deprecation.sunset +
                                             ") before it is deprecated (" + deprecation.after + ")");
  if (deprecation.successor == version)
    return Error(Code::invalid_argument, version + " cannot be its own successor");
  return {};
}

}  // namespace

Result<std::string> Control::deprecate(const DeprecationRequest& request, Operation& operation) {
  const std::string what = request.model + " " + request.version;
  if (request.deprecation)
    if (Status checked = check(*request.deprecation, request.version); !checked)
      return std::move(checked).error();
  PublishedVersion version;
  {
    const std::lock_guard lock(ledger_);
    const Result<std::optional<PublishedVersion>> found =
        store_.ledger().version(request.model, request.version);
    if (!found) return found.error();
    if (!*found) return Error(Code::not_found, what + " is not in the store");
    version = **found;
  }
  if (!request.deprecation && !version.deprecation)
    return Error(Code::failed_precondition,
                 "no operator has deprecated " + what + "; what its own manifest says is not changed");
  version.deprecation = request.deprecation;
  Change change;
  change.decision = decision_about(Action::deprecate, request.model, {}, request.request);
  change.decision.to = request.version;
  change.decision.details = request.deprecation ? in_words(*request.deprecation) : "taken back";
  change.version = version;
  {
    const std::lock_guard lock(ledger_);
    if (const Result<Decision> recorded = store_.ledger().record(change); !recorded) return recorded.error();
  }
  if (const auto loaded = loaded_.find({request.model, request.version}); loaded != loaded_.end()) {
    announce(version, loaded->second);
    operation.step("callers of " + what + (request.deprecation ? " are told" : " are told no more"));
  }
  telemetry::log(telemetry::Level::info, "deprecation",
                 {{"model", request.model},
                  {"version", request.version},
                  {"details", change.decision.details},
                  {"by", request.request.by}});
  return what +
         (request.deprecation ? " is " + in_words(*request.deprecation) : " is not deprecated any more");
}

// What an operator has said goes before what the version's own manifest says.
void Control::announce(const PublishedVersion& version, VersionId id) {
  const auto tell = [&](const model::Deprecation& deprecation) {
    catalog_.announce(id, std::make_shared<const model::DeprecationNotice>(version.model, deprecation));
  };
  if (version.deprecation) return tell(*version.deprecation);
  // Of a version that is asleep the manifest is not known.
  const Result<model::Lease> lease = hold(id);
  if (!lease)
    telemetry::log(telemetry::Level::warning, "a version could not be loaded to see its manifest",
                   {{"model", version.model}, {"version", version.version}, {"why", lease.error().message}});
  if (lease && *lease && lease->slot().version().manifest().deprecation)
    tell(*lease->slot().version().manifest().deprecation);
  else
    catalog_.announce(id, nullptr);
}

}  // namespace slipway::lifecycle
