#include "telemetry/metrics.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using namespace slipway;
using namespace slipway::telemetry;

TEST_CASE("counters add up over threads") {
  CounterSet<3> counters;
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) counters.add(1);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(counters.total(0) == 0);
  CHECK(counters.total(1) == 12'000);
}

TEST_CASE("a histogram puts durations where they belong") {
  LatencyHistogram histogram;
  histogram.observe(0);
  histogram.observe(25 * kMicrosecond);
  histogram.observe(25 * kMicrosecond + 1);
  histogram.observe(11 * kSecond);
  const LatencyHistogram::Snapshot snapshot = histogram.snapshot();
  CHECK(snapshot.counts[0] == 2);
  CHECK(snapshot.counts[1] == 1);
  CHECK(snapshot.counts[kLatencyBuckets.size()] == 1);
  CHECK(snapshot.sum_ns == 11 * static_cast<std::uint64_t>(kSecond) + 50'001);
}

TEST_CASE("sizes are counted in powers of two") {
  SizeHistogram histogram;
  for (const std::uint64_t size : {1u, 2u, 3u, 4u, 1024u, 1025u}) histogram.observe(size);
  const SizeHistogram::Snapshot snapshot = histogram.snapshot();
  CHECK(snapshot.counts[0] == 1);
  CHECK(snapshot.counts[1] == 1);
  CHECK(snapshot.counts[2] == 2);
  CHECK(snapshot.counts[kSizeBuckets.size() - 1] == 1);
  CHECK(snapshot.counts[kSizeBuckets.size()] == 1);
  CHECK(snapshot.sum == 2059);
}

TEST_CASE("Prometheus text is as its format says") {
  PaddedBuffer out;
  PrometheusText text(out);
  text.begin("m_total", "counter", "Help.");
  text.sample("m_total", PrometheusText::label("a", "x\"y\\z\n"), std::uint64_t{7});
  text.sample("m_total", "", 0.5);
  CHECK(out.view() ==
        "# HELP m_total Help.\n# TYPE m_total counter\nm_total{a=\"x\\\"y\\\\z\\n\"} 7\nm_total 0.5\n");
  out.clear();
  LatencyHistogram histogram;
  histogram.observe(30 * kMicrosecond);
  text.histogram("d", "m=\"x\"", histogram.snapshot());
  CHECK(out.view().starts_with("d_bucket{m=\"x\",le=\"2.5e-05\"} 0\nd_bucket{m=\"x\",le=\"5e-05\"} 1\n"));
  CHECK(out.view().ends_with("d_bucket{m=\"x\",le=\"+Inf\"} 1\nd_sum{m=\"x\"} 3e-05\nd_count{m=\"x\"} 1\n"));
  out.clear();
  SizeHistogram sizes;
  sizes.observe(3);
  text.histogram("s", "", sizes.snapshot());
  CHECK(out.view().starts_with(
      "s_bucket{le=\"1\"} 0\ns_bucket{le=\"2\"} 0\ns_bucket{le=\"4\"} 1\ns_bucket{le=\"8\"} 1\n"));
  CHECK(out.view().ends_with("s_bucket{le=\"1024\"} 1\ns_bucket{le=\"+Inf\"} 1\ns_sum 3\ns_count 1\n"));
}
