#include "model/inference.hpp"

#include <new>

#include "document/json_writer.hpp"

namespace slipway::model {
namespace {

void conclude(Call& call, Outcome outcome, Error error) {
  call.outcome = outcome;
  call.error = std::move(error);
}

// False when somebody has concluded already, or there is nobody left to answer.
bool still_wanted(Call& call) {
  if (call.cancelled.load(std::memory_order_relaxed)) {
    conclude(call, Outcome::cancelled, Error(Code::cancelled, "nobody waits for the answer any more"));
    return false;
  }
  if (monotonic_now() > call.deadline) {
    conclude(call, Outcome::timed_out, Error(Code::deadline_exceeded, "the request's time ran out"));
    return false;
  }
  return true;
}

bool parse_and_validate(const ModelVersion& version, Call& call, PaddedBuffer& body) {
  if (Status read = call.reader.read(body, call.request); !read) {
    conclude(call, Outcome::malformed, std::move(read).error());
    return false;
  }
  const schema::Schema& schema = *version.bundle().request.compiled.schema;
  if (schema.accepts(call.request.root())) return true;
  call.violations = schema.explain(call.request.root());
  conclude(call, Outcome::invalid_request,
           Error(Code::invalid_argument, "the request does not satisfy the model's request schema"));
  return false;
}

Outcome outcome_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return Outcome::refused_by_model;
    case Code::deadline_exceeded:
      return Outcome::timed_out;
    case Code::unavailable:
      return Outcome::unavailable;
    default:
      return Outcome::model_failed;
  }
}

// A model that saw `cancelled` stopped because its caller has gone, or because its time was up. Only we can
// tell.
void conclude_cancelled(Call& call, Error error) {
  if (call.cancelled.load(std::memory_order_relaxed))
    return conclude(call, Outcome::cancelled, std::move(error));
  if (monotonic_now() > call.deadline)
    return conclude(call, Outcome::timed_out,
                    Error(Code::deadline_exceeded, "the model stopped because the request's time ran out"));
  conclude(call, Outcome::model_failed,
           Error(Code::internal, "the model says that it was cancelled, but nobody has cancelled it"));
}

bool predict(ModelVersion& version, Call& call) {
  call.builder.start(call.response);
  const Prediction prediction{call.request.root(), call.request.bytes(), call.deadline, call.request_id,
                              call.cancelled};
  const Nanoseconds begin = monotonic_now();
  Status predicted = version.predictor().predict(prediction, call.builder);
  call.predict_time = monotonic_now() - begin;
  if (!predicted && predicted.error().code == Code::cancelled) {
    conclude_cancelled(call, std::move(predicted).error());
    return false;
  }
  if (!predicted) {
    const Outcome outcome = outcome_of(predicted.error().code);
    conclude(call, outcome, std::move(predicted).error());
    return false;
  }
  if (Status finished = call.builder.finish(); !finished) {
    conclude(call, Outcome::invalid_response,
             std::move(finished).error().within("the model wrote a response that is no document"));
    return false;
  }
  return true;
}

bool validate_response(const ModelVersion& version, Call& call) {
  const schema::Schema& schema = *version.bundle().response.compiled.schema;
  if (schema.accepts(call.response.root())) return true;
  call.violations = schema.explain(call.response.root());
  conclude(
      call, Outcome::invalid_response,
      Error(
          Code::internal,
          "the model's response does not satisfy its own response schema (pointers are into the response)"));
  return false;
}

}  // namespace

void infer(ModelVersion& version, Call& call, PaddedBuffer& body, PaddedBuffer& out) noexcept {
  call.predict_time = 0;
  try {
    if (!still_wanted(call) || !parse_and_validate(version, call, body) || !still_wanted(call) ||
        !predict(version, call) || !validate_response(version, call) || !still_wanted(call))
      return;
    document::write_json(call.response.root(), out);
    call.outcome = Outcome::answered;
  } catch (const std::exception&) {
    // Memory ran out, most likely. What was written of a response is dropped by the caller.
    call.outcome = Outcome::unavailable;
    call.error.code = Code::unavailable;
    call.error.message = "no memory";  // short enough not to allocate
  }
}

}  // namespace slipway::model
