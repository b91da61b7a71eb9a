#include "serving/served_version.hpp"

namespace slipway::serving {
namespace {

// A prediction that is handed over would hold up the serving thread for longer than it takes, and one that is
// made there at once waits for no other.
model::Execution where(const model::ModelVersion& version) {
  const bool leaves = version.predictor().hands_over() || version.batches();
  return leaves ? model::Execution::pool : version.manifest().execution;
}

}  // namespace

ServedVersion::ServedVersion(std::unique_ptr<model::ModelVersion> version)
    : Slot(std::move(version)),
      admission_(this->version().predictor().most_at_once(), this->version().manifest().limits.queue),
      execution_(where(this->version())),
      shadow_queue_(admission_.concurrency()) {
  const model::Manifest& manifest = this->version().manifest();
  if (this->version().batches()) batcher_.emplace(*manifest.batching);
  if (manifest.deprecation)
    set_deprecation(std::make_shared<const model::DeprecationNotice>(manifest.name, *manifest.deprecation));
}

void ServedVersion::count(const model::Call& call, Nanoseconds received) {
  const Nanoseconds latency = monotonic_now() - received;
  counters_.add(static_cast<std::size_t>(call.outcome));
  latency_.observe(latency);
  if (call.predict_time != 0) predict_latency_.observe(call.predict_time);
  count_for_trial(call.outcome, latency);
}

void ServedVersion::count_settled_early(model::Outcome outcome, Nanoseconds received) {
  counters_.add(static_cast<std::size_t>(outcome));
  if (outcome == model::Outcome::timed_out) count_for_trial(outcome, monotonic_now() - received);
}

std::uint64_t ServedVersion::calls() const {
  std::uint64_t sum = 0;
  for (std::size_t outcome = 0; outcome <= kRejected; ++outcome) sum += counters_.total(outcome);
  return sum;
}

// What a caller has done wrong says nothing of the version; it is an answer all the same.
void ServedVersion::count_for_trial(model::Outcome outcome, Nanoseconds latency) {
  model::Trial* const trial = this->trial();
  if (trial != nullptr) trial->observe(model::http_status(outcome) >= 500, latency);
}

}  // namespace slipway::serving
