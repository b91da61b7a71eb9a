// A version in service: what is counted for it, how much of it may run, and where.
#pragma once

#include <memory>

#include "model/call.hpp"
#include "model/routing_table.hpp"
#include "serving/admission.hpp"
#include "serving/execution.hpp"
#include "telemetry/metrics.hpp"

namespace slipway::serving {

class ServedVersion : public model::Slot {
 public:
  explicit ServedVersion(std::unique_ptr<model::ModelVersion> version);

  // Every slot of the host's tables is made by this layer.
  static ServedVersion& of(model::Slot& slot) { return static_cast<ServedVersion&>(slot); }

  Admission& admission() { return admission_; }
  ExecutionChoice& execution() { return execution_; }

  // A call has ended: counts its outcome and its latencies. `received`: when the request was there as a
  // whole.
  void count(const model::Call& call, Nanoseconds received);
  // A request was turned away: the queue was full.
  void count_rejected() { counters_.add(kRejected); }
  // A pooled call was settled before it ended: its deadline passed (timed_out), or its caller went away
  // (cancelled).
  void count_settled_early(model::Outcome outcome) { counters_.add(static_cast<std::size_t>(outcome)); }

  static constexpr std::size_t kRejected = model::kOutcomes;
  std::uint64_t total(std::size_t outcome) const { return counters_.total(outcome); }
  const telemetry::LatencyHistogram& latency() const { return latency_; }
  const telemetry::LatencyHistogram& predict_latency() const { return predict_latency_; }

 private:
  Admission admission_;
  ExecutionChoice execution_;
  telemetry::CounterSet<model::kOutcomes + 1> counters_;
  telemetry::LatencyHistogram latency_;
  telemetry::LatencyHistogram predict_latency_;
};

}  // namespace slipway::serving
