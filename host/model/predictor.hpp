// What answers a request once it has been validated: a plugin in this process, or a worker.
#pragma once

#include <atomic>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/builder.hpp"
#include "document/value.hpp"

namespace slipway::model {

struct Prediction {
  document::Value request;
  Nanoseconds deadline;  // CLOCK_MONOTONIC
  std::string_view request_id;
  const std::atomic<bool>& cancelled;  // nobody waits for the answer any more
};

class Predictor {
 public:
  virtual ~Predictor() = default;

  // Writes the response's events to `response`, which was started; the caller finishes it. The error's code
  // says whose fault it is: invalid_argument (the request makes no sense to the model; the pointer is in the
  // request), internal (the model), deadline_exceeded, cancelled, unavailable. Many threads at once, unless
  // the manifest says `threads: single`.  [predict]
  virtual Status predict(const Prediction& prediction, document::Builder& response) = 0;
};

}  // namespace slipway::model
