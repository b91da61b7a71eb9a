// Counters and histograms that cost a request a few nanoseconds: threads add to stripes of their own, which
// are summed when somebody looks.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/padded_buffer.hpp"

namespace slipway::telemetry {

// The stripe of the calling thread, below `kStripes`. Threads that serve have one each as long as there are
// enough.
constexpr unsigned kStripes = 8;
unsigned stripe();

// The upper bounds of latency buckets.
constexpr std::array<Nanoseconds, 18> kLatencyBuckets = {
    25 * kMicrosecond,    50 * kMicrosecond,    100 * kMicrosecond, 250 * kMicrosecond, 500 * kMicrosecond,
    kMillisecond,         2'500 * kMicrosecond, 5 * kMillisecond,   10 * kMillisecond,  25 * kMillisecond,
    50 * kMillisecond,    100 * kMillisecond,   250 * kMillisecond, 500 * kMillisecond, kSecond,
    2'500 * kMillisecond, 5 * kSecond,          10 * kSecond};

// `Count` counters that belong together.
template <std::size_t Count>
class CounterSet {
 public:
  void add(std::size_t which, std::uint64_t amount = 1) {
    stripes_[stripe()].counts[which].fetch_add(amount, std::memory_order_relaxed);
  }
  std::uint64_t total(std::size_t which) const {
    std::uint64_t sum = 0;
    for (const Stripe& each : stripes_) sum += each.counts[which].load(std::memory_order_relaxed);
    return sum;
  }

 private:
  struct alignas(64) Stripe {
    std::array<std::atomic<std::uint64_t>, Count> counts{};
  };
  std::array<Stripe, kStripes> stripes_;
};

class LatencyHistogram {
 public:
  void observe(Nanoseconds duration);

  struct Snapshot {
    std::array<std::uint64_t, kLatencyBuckets.size() + 1> counts{};  // not cumulative; the last is "longer"
    std::uint64_t sum_ns = 0;
  };
  Snapshot snapshot() const;

 private:
  CounterSet<kLatencyBuckets.size() + 2> counts_;  // buckets, longer, sum in nanoseconds
};

// The upper bounds of the sizes' buckets: powers of two.
constexpr std::array<std::uint64_t, 11> kSizeBuckets = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

class SizeHistogram {
 public:
  void observe(std::uint64_t size);

  struct Snapshot {
    std::array<std::uint64_t, kSizeBuckets.size() + 1> counts{};  // not cumulative; the last is "more"
    std::uint64_t sum = 0;
  };
  Snapshot snapshot() const;

 private:
  CounterSet<kSizeBuckets.size() + 2> counts_;  // buckets, more, sum
};

// Prometheus text format 0.0.4. One metric's lines must be written together: begin it once, then write its
// samples.
class PrometheusText {
 public:
  explicit PrometheusText(PaddedBuffer& out) : out_(out) {}

  void begin(std::string_view name, std::string_view type, std::string_view help);
  // `labels`: "a=\"b\",c=\"d\"" as label() makes them, or empty.
  void sample(std::string_view name, std::string_view labels, std::uint64_t value);
  void sample(std::string_view name, std::string_view labels, double value);
  void histogram(std::string_view name, std::string_view labels, const LatencyHistogram::Snapshot& snapshot);
  void histogram(std::string_view name, std::string_view labels, const SizeHistogram::Snapshot& snapshot);

  static std::string label(std::string_view name, std::string_view value);

 private:
  // `bound` gives the text of a bucket's upper bound, from its index.
  template <class Counts, class Bound>
  std::uint64_t buckets(std::string_view name, std::string_view labels, const Counts& counts, Bound bound);

  PaddedBuffer& out_;
};

}  // namespace slipway::telemetry
