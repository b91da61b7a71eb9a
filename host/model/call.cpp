#include "model/call.hpp"

namespace slipway::model {

std::string_view to_text(Outcome outcome) {
  constexpr std::string_view kNames[kOutcomes] = {"answered",         "malformed",    "invalid_request",
                                                  "refused_by_model", "model_failed", "invalid_response",
                                                  "unavailable",      "timed_out",    "cancelled"};
  return kNames[static_cast<std::size_t>(outcome)];
}

int http_status(Outcome outcome) {
  // 499, as the field says it, for a caller that has gone: it stands in counters only.
  constexpr int kStatuses[kOutcomes] = {200, 400, 422, 422, 500, 500, 503, 504, 499};
  return kStatuses[static_cast<std::size_t>(outcome)];
}

void Call::reset(std::size_t keep) {
  request_id = {};
  cancelled.store(false, std::memory_order_relaxed);
  outcome = Outcome::cancelled;
  error.message.clear();
  error.pointer.clear();
  violations.clear();
  request.shrink(keep);
  response.shrink(keep);
  reader.shrink(keep);
  builder.shrink(keep);
}

}  // namespace slipway::model
