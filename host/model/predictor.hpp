// What answers a request once it has been validated: a plugin in this process, or worker processes.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/builder.hpp"
#include "document/value.hpp"
#include "model/host_services.hpp"
#include "plugin/library.hpp"

namespace slipway::model {

struct Prediction {
  document::Value request;
  std::span<const std::byte> block;  // the document that `request` is the root of
  Nanoseconds deadline;              // CLOCK_MONOTONIC
  std::string_view request_id;
  const std::atomic<bool>& cancelled;  // nobody waits for the answer any more
};

// One of several that are predicted together.
struct BatchItem {
  Prediction prediction;
  document::Builder* response;  // was started; the caller finishes it
  Status status;                // what predict() would have returned
};

// The worker processes of a version, now and since it was loaded.
struct WorkerReport {
  std::uint32_t running = 0;   // can be called, or are
  std::uint32_t starting = 0;  // load and create the model
  std::uint32_t most = 0;
  std::uint64_t started = 0;
  std::uint64_t crashed = 0;    // ended by themselves: in a call, while they started, or idle
  std::uint64_t timed_out = 0;  // killed: a call did not return in time
  std::uint64_t retried = 0;    // calls that a second worker was given
  std::string taken_out;        // why none is started for now; empty: there are, or will be
};

class Predictor {
 public:
  virtual ~Predictor() = default;

  // Creates the model; once, before anything is predicted. `services` must outlive the predictor. May take
  // as long as the model's author likes.  [control]
  virtual Status create(HostServices& services) = 0;

  // Writes the response's events to `response`, which was started; the caller finishes it. The error's code
  // says whose fault it is: invalid_argument (the request makes no sense to the model; the pointer is in the
  // request), internal (the model), deadline_exceeded, cancelled, unavailable. Many threads at once, unless
  // the manifest says `threads: single`.  [predict]
  virtual Status predict(const Prediction& prediction, document::Builder& response) = 0;

  // Whether requests of the model are to be predicted together, as its manifest wants.
  virtual bool batches() const { return false; }
  // What predict() does, for each of them. Only if batches(). Throws std::bad_alloc.  [predict]
  virtual void predict_batch(std::span<BatchItem> items) {
    for (BatchItem& item : items) item.status = predict(item.prediction, *item.response);
  }

  // Whether a call waits for another thread or process, which costs more than most predictions.
  virtual bool hands_over() const = 0;
  // How many calls, or batches, can run at once, whatever the manifest's limits say.
  virtual std::uint32_t most_at_once() const = 0;
  // Nothing: the model is in this process.  [any]
  virtual std::optional<WorkerReport> workers() const { return std::nullopt; }

  // Destroys the model, if there is one. No call may be running.  [control]
  virtual void destroy() = 0;
  // Destroys the model and takes its code out of memory, and says whether that went.  [control]
  virtual plugin::UnloadReport unload() = 0;
};

}  // namespace slipway::model
