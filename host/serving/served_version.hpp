// A version in service: what is counted for it, how much of it may run, and where.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>

#include "model/call.hpp"
#include "model/routing_table.hpp"
#include "serving/admission.hpp"
#include "serving/batcher.hpp"
#include "serving/execution.hpp"
#include "telemetry/metrics.hpp"

namespace slipway::serving {

// Copies of requests that wait for a version that is a shadow, or are worked on: bounded in number and bytes.
class ShadowQueue {
 public:
  static constexpr std::uint32_t kMostAtOnce = 4;
  static constexpr std::uint32_t kMostCopies = 256;
  static constexpr std::size_t kMostBytes = 32u << 20;

  // `places`: of the version itself.
  explicit ShadowQueue(std::uint32_t places) : admission_(std::min(places, kMostAtOnce), kMostCopies) {}

  // Room for one more copy, whose request and answer take the bytes; and for more bytes of the same one.
  bool enter(std::size_t bytes) {
    if (copies_.fetch_add(1, std::memory_order_relaxed) < kMostCopies && grow(bytes)) return true;
    copies_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  bool grow(std::size_t bytes) {
    if (bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= kMostBytes) return true;
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void leave(std::size_t bytes) {
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    copies_.fetch_sub(1, std::memory_order_relaxed);
  }

  Admission& admission() { return admission_; }

 private:
  Admission admission_;
  std::atomic<std::uint32_t> copies_{0};
  std::atomic<std::size_t> bytes_{0};
};

class ServedVersion : public model::Slot {
 public:
  explicit ServedVersion(std::unique_ptr<model::ModelVersion> version);

  // Every slot of the host's tables is made by this layer.
  static ServedVersion& of(model::Slot& slot) { return static_cast<ServedVersion&>(slot); }

  Admission& admission() { return admission_; }
  ExecutionChoice& execution() { return execution_; }
  ShadowQueue& shadow_queue() { return shadow_queue_; }
  Batcher* batcher() { return batcher_ ? &*batcher_ : nullptr; }  // null: requests are predicted alone

  // A call has ended: counts its outcome and its latencies. `received`: when the request was there as a
  // whole.
  void count(const model::Call& call, Nanoseconds received);
  // A request was turned away: the queue was full.
  void count_rejected() { counters_.add(kRejected); }
  // A pooled call was settled before it ended: its deadline passed (timed_out), or its caller went away
  // (cancelled). `received`: as above.
  void count_settled_early(model::Outcome outcome, Nanoseconds received);

  // Of pooled calls that were settled early while the model was at work: those that have not returned yet.
  void count_late(bool begins) {
    if (begins)
      late_.fetch_add(1, std::memory_order_relaxed);
    else
      late_.fetch_sub(1, std::memory_order_relaxed);
  }
  std::uint32_t late() const { return late_.load(std::memory_order_relaxed); }

  std::uint64_t calls() const override;

  static constexpr std::size_t kRejected = model::kOutcomes;
  std::uint64_t total(std::size_t outcome) const { return counters_.total(outcome); }
  const telemetry::LatencyHistogram& latency() const { return latency_; }
  const telemetry::LatencyHistogram& predict_latency() const { return predict_latency_; }

 private:
  void count_for_trial(model::Outcome outcome, Nanoseconds latency);

  Admission admission_;
  ExecutionChoice execution_;
  ShadowQueue shadow_queue_;
  std::optional<Batcher> batcher_;
  std::atomic<std::uint32_t> late_{0};
  telemetry::CounterSet<model::kOutcomes + 1> counters_;
  telemetry::LatencyHistogram latency_;
  telemetry::LatencyHistogram predict_latency_;
};

}  // namespace slipway::serving
