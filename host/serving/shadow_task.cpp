#include "serving/shadow_task.hpp"

#include <exception>

#include "model/difference.hpp"
#include "model/inference.hpp"
#include "serving/shadow_runner.hpp"

namespace slipway::serving {
namespace {

using Sample = model::ShadowFindings::Sample;
using Schemas = std::span<const schema::Schema* const>;

bool is_sensitive(Schemas schemas, std::string_view pointer) {
  return std::any_of(schemas.begin(), schemas.end(),
                     [&](const schema::Schema* schema) { return schema->is_sensitive(pointer); });
}

}  // namespace

ShadowTask::ShadowTask(ShadowRunner& runner, std::shared_ptr<model::Shadow> shadow, std::string_view body,
                       std::string_view request_id)
    : runner_(runner),
      shadow_(std::move(shadow)),
      body_(body),
      request_id_(request_id),
      bytes_(body.size()) {}

ShadowTask::~ShadowTask() {
  queue().leave(bytes_);
  if (is_answered_ && !is_counted_) shadow_->findings.add_dropped();
}

bool ShadowTask::set_answer(const model::ModelVersion& served, std::string_view answer,
                            Nanoseconds predict_time) {
  if (!queue().grow(answer.size())) return false;
  bytes_ += answer.size();
  answer_.append(answer);
  request_schema_ = served.bundle().request.compiled.schema;
  response_schema_ = served.bundle().response.compiled.schema;
  served_time_ = predict_time;
  return true;
}

bool ShadowTask::wanted() const noexcept {
  return !shadow_->ended.load(std::memory_order_relaxed) && !runner_.is_stopping();
}

// With a place of the shadow's queue held. One of the version's own is needed too: who asks for the version
// itself goes first, and a model that may be called by one thread at a time is called by one.
void ShadowTask::run() noexcept {
  const model::Lease lease = model::Lease::of(shadow_->slot);
  if (!lease) return;
  ServedVersion& served = ServedVersion::of(*shadow_->slot);
  if (!served.admission().try_enter()) return;
  try {
    const ShadowRunner::Scratch scratch(runner_);
    if (scratch.get() != nullptr) work(lease.slot().version(), *scratch.get());
  } catch (const std::exception&) {
    // No memory: it is counted as dropped.
  }
  if (served.admission().leave()) runner_.wake_callers(shadow_->slot);
}

void ShadowTask::work(model::ModelVersion& version, ShadowScratch& scratch) {
  model::Call& call = scratch.call;
  call.request_id = request_id_;
  call.deadline = monotonic_now() + version.manifest().limits.timeout;
  model::infer(version, call, body_, scratch.out);
  if (call.outcome == model::Outcome::cancelled) return;  // the host stops
  if (call.outcome == model::Outcome::answered) return compare(version, scratch);
  Sample sample = failure(version, call);
  is_counted_ = true;
  shadow_->findings.add_failed(std::move(sample));
}

void ShadowTask::compare(const model::ModelVersion& version, ShadowScratch& scratch) {
  model::Call& call = scratch.call;
  // Both as a caller would read them. What is too large to be read again is dropped.
  if (!call.reader.read(answer_, scratch.served) || !call.reader.read(scratch.out, scratch.shadowed)) return;
  const schema::Schema* const schemas[] = {response_schema_.get(),
                                           version.bundle().response.compiled.schema.get()};
  std::optional<model::Difference> found = model::find_difference(
      scratch.served.root(), scratch.shadowed.root(), shadow_->policy.tolerance, schemas);
  shadow_->findings.add_times(served_time_, call.predict_time);
  is_counted_ = true;
  if (!found) return shadow_->findings.add_equal();
  model::Difference shown = model::without_sensitive_names(std::move(*found), schemas);
  Sample sample;
  sample.request_id = request_id_;
  sample.pointer = std::move(shown.pointer);
  sample.expected = std::move(shown.expected);
  sample.actual = std::move(shown.actual);
  shadow_->findings.add_different(std::move(sample));
}

// Why the shadow did not answer. Reasons quote values that its own schemas do not call sensitive; those of
// the version that answered are asked too.
Sample ShadowTask::failure(const model::ModelVersion& version, const model::Call& call) const {
  const bool of_request = call.outcome != model::Outcome::invalid_response;
  const model::Bundle& bundle = version.bundle();
  const schema::Schema* const schemas[] = {
      of_request ? request_schema_.get() : response_schema_.get(),
      (of_request ? bundle.request : bundle.response).compiled.schema.get()};
  Sample sample;
  sample.request_id = request_id_;
  sample.outcome = call.outcome;
  sample.pointer = call.error.pointer;
  sample.actual = call.error.message;
  if (!call.violations.empty()) {
    sample.pointer = call.violations.front().pointer;
    sample.actual = call.violations.front().message;
  }
  if (is_sensitive(schemas, sample.pointer)) {
    model::Difference place{std::move(sample.pointer), {}, {}, {}};
    sample.pointer = model::without_sensitive_names(std::move(place), schemas).pointer;
    sample.actual = "it is about a sensitive value";
  }
  return sample;
}

}  // namespace slipway::serving
