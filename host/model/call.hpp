// All the memory of one prediction, kept and used again for the next one: in a steady state a call allocates
// nothing.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/padded_buffer.hpp"
#include "base/result.hpp"
#include "document/builder.hpp"
#include "document/document.hpp"
#include "document/json_reader.hpp"
#include "schema/schema.hpp"

namespace slipway::model {

// What became of a call. Each has its HTTP status and its counter.
enum class Outcome {
  answered,          // 200
  malformed,         // 400: the body is not JSON, or passes a limit
  invalid_request,   // 422: the request breaks its schema
  refused_by_model,  // 422: well-formed, but makes no sense to the model
  model_failed,      // 500
  invalid_response,  // 500: the model's response breaks its own schema
  unavailable,       // 503: the model cannot answer now
  timed_out,         // 504
  cancelled,         // nobody waits for the answer
};
constexpr std::size_t kOutcomes = 9;
std::string_view to_text(Outcome outcome);
int http_status(Outcome outcome);

// One thread at a time, save for `cancelled`.
struct Call {
  explicit Call(const document::Limits& limits) : reader(limits), builder(limits) {}

  // ---- what the caller fills in
  std::string_view request_id;
  Nanoseconds deadline = 0;            // CLOCK_MONOTONIC
  std::atomic<bool> cancelled{false};  // [any]

  // ---- what infer() fills in
  bool open = false;  // between its stages: nothing has been concluded yet
  Outcome outcome = Outcome::cancelled;
  Error error{Code::internal, ""};            // of every outcome but `answered`
  std::vector<schema::Violation> violations;  // of the outcomes about schemas
  Nanoseconds predict_time = 0;               // spent in the model alone
  document::Document request;
  document::Document response;  // complete when `answered`

  // ---- scratch
  document::JsonReader reader;
  document::Builder builder;

  // Ready for another call. Memory beyond `keep` bytes goes back.
  void reset(std::size_t keep);
};

}  // namespace slipway::model
