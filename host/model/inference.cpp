#include "model/inference.hpp"

#include <new>

#include "document/json_writer.hpp"

namespace slipway::model {
namespace {

void close(Call& call, Outcome outcome, Error error) {
  call.outcome = outcome;
  call.error = std::move(error);
  call.open = false;
}

// Memory ran out, most likely. What was written of a response is dropped by the caller.
void close_without_memory(Call& call) noexcept {
  call.outcome = Outcome::unavailable;
  call.error.code = Code::unavailable;
  call.error.message = "no memory";  // short enough not to allocate
  call.open = false;
}

// False when there is nobody left to answer.
bool still_wanted(Call& call) {
  if (call.cancelled.load(std::memory_order_relaxed)) {
    close(call, Outcome::cancelled, Error(Code::cancelled, "nobody waits for the answer any more"));
    return false;
  }
  if (monotonic_now() > call.deadline) {
    close(call, Outcome::timed_out, Error(Code::deadline_exceeded, "the request's time ran out"));
    return false;
  }
  return true;
}

bool parse_and_validate(const ModelVersion& version, Call& call, PaddedBuffer& body) {
  if (Status read = call.reader.read(body, call.request); !read) {
    close(call, Outcome::malformed, std::move(read).error());
    return false;
  }
  const schema::Schema& schema = *version.bundle().request.compiled.schema;
  if (schema.accepts(call.request.root())) return true;
  call.violations = schema.explain(call.request.root());
  close(call, Outcome::invalid_request,
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
void close_cancelled(Call& call, Error error) {
  if (call.cancelled.load(std::memory_order_relaxed))
    return close(call, Outcome::cancelled, std::move(error));
  if (monotonic_now() > call.deadline)
    return close(call, Outcome::timed_out,
                 Error(Code::deadline_exceeded, "the model stopped because the request's time ran out"));
  close(call, Outcome::model_failed,
        Error(Code::internal, "the model says that it was cancelled, but nobody has cancelled it"));
}

Prediction prediction_of(const Call& call) {
  return {call.request.root(), call.request.bytes(), call.deadline, call.request_id, call.cancelled};
}

// What the model has said, and what it has written.
void hear(Call& call, Status predicted) {
  if (!predicted && predicted.error().code == Code::cancelled)
    return close_cancelled(call, std::move(predicted).error());
  if (!predicted) {
    const Outcome outcome = outcome_of(predicted.error().code);
    return close(call, outcome, std::move(predicted).error());
  }
  if (Status finished = call.builder.finish(); !finished)
    close(call, Outcome::invalid_response,
          std::move(finished).error().within("the model wrote a response that is no document"));
}

bool validate_response(const ModelVersion& version, Call& call) {
  const schema::Schema& schema = *version.bundle().response.compiled.schema;
  if (schema.accepts(call.response.root())) return true;
  call.violations = schema.explain(call.response.root());
  close(
      call, Outcome::invalid_response,
      Error(
          Code::internal,
          "the model's response does not satisfy its own response schema (pointers are into the response)"));
  return false;
}

// Runs one stage of a call; nothing gets out of it.
template <class Stage>
void run(Call& call, const Stage& stage) noexcept {
  if (!call.open) return;
  try {
    stage();
  } catch (const std::exception&) {
    close_without_memory(call);
  }
}

// Those that are still open and wanted, ready to be predicted.
void start(std::span<Call* const> calls, std::vector<BatchItem>& items) {
  items.clear();
  items.reserve(calls.size());
  for (Call* const call : calls) {
    if (!call->open || !still_wanted(*call)) continue;
    call->builder.start(call->response);
    items.push_back({prediction_of(*call), &call->builder, {}});
  }
}

}  // namespace

void prepare(const ModelVersion& version, Call& call, PaddedBuffer& body) noexcept {
  call.predict_time = 0;
  call.open = true;
  run(call, [&] {
    if (still_wanted(call) && parse_and_validate(version, call, body)) (void)still_wanted(call);
  });
}

void predict(ModelVersion& version, Call& call) noexcept {
  run(call, [&] {
    call.builder.start(call.response);
    const Nanoseconds begin = monotonic_now();
    Status predicted = version.predictor().predict(prediction_of(call), call.builder);
    call.predict_time = monotonic_now() - begin;
    hear(call, std::move(predicted));
  });
}

void predict_together(ModelVersion& version, std::span<Call* const> calls,
                      std::vector<BatchItem>& scratch) noexcept {
  Nanoseconds took = 0;
  try {
    start(calls, scratch);
    if (scratch.empty()) return;
    const Nanoseconds begin = monotonic_now();
    version.predictor().predict_batch(scratch);
    took = monotonic_now() - begin;
  } catch (const std::exception&) {
    for (Call* const call : calls)
      if (call->open) close_without_memory(*call);
    return;
  }
  auto item = scratch.begin();
  for (Call* const call : calls) {
    if (!call->open) continue;
    call->predict_time = took;
    run(*call, [&] { hear(*call, std::move(item->status)); });
    ++item;
  }
}

void conclude(const ModelVersion& version, Call& call, PaddedBuffer& out) noexcept {
  run(call, [&] {
    if (!validate_response(version, call) || !still_wanted(call)) return;
    document::write_json(call.response.root(), out);
    call.outcome = Outcome::answered;
    call.open = false;
  });
}

void infer(ModelVersion& version, Call& call, PaddedBuffer& body, PaddedBuffer& out) noexcept {
  prepare(version, call, body);
  predict(version, call);
  conclude(version, call, out);
}

}  // namespace slipway::model
