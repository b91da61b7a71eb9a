#include "telemetry/metrics.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::telemetry {

unsigned stripe() {
  static std::atomic<unsigned> next{0};
  thread_local const unsigned mine = next.fetch_add(1, std::memory_order_relaxed) % kStripes;
  return mine;
}

void LatencyHistogram::observe(Nanoseconds duration) {
  const auto* const bucket = std::lower_bound(kLatencyBuckets.begin(), kLatencyBuckets.end(), duration);
  counts_.add(static_cast<std::size_t>(bucket - kLatencyBuckets.begin()));
  counts_.add(kLatencyBuckets.size() + 1, static_cast<std::uint64_t>(std::max<Nanoseconds>(duration, 0)));
}

LatencyHistogram::Snapshot LatencyHistogram::snapshot() const {
  Snapshot snapshot;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) snapshot.counts[i] = counts_.total(i);
  snapshot.sum_ns = counts_.total(snapshot.counts.size());
  return snapshot;
}

void SizeHistogram::observe(std::uint64_t size) {
  const auto* const bucket = std::lower_bound(kSizeBuckets.begin(), kSizeBuckets.end(), size);
  counts_.add(static_cast<std::size_t>(bucket - kSizeBuckets.begin()));
  counts_.add(kSizeBuckets.size() + 1, size);
}

SizeHistogram::Snapshot SizeHistogram::snapshot() const {
  Snapshot snapshot;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) snapshot.counts[i] = counts_.total(i);
  snapshot.sum = counts_.total(snapshot.counts.size());
  return snapshot;
}

void PrometheusText::begin(std::string_view name, std::string_view type, std::string_view help) {
  out_.append("# HELP ");
  out_.append(name);
  out_.append(" ");
  out_.append(help);
  out_.append("\n# TYPE ");
  out_.append(name);
  out_.append(" ");
  out_.append(type);
  out_.append("\n");
}

void PrometheusText::sample(std::string_view name, std::string_view labels, double value) {
  char text[64];
  const char* const end = std::to_chars(text, text + sizeof text, value).ptr;
  out_.append(name);
  if (!labels.empty()) {
    out_.append("{");
    out_.append(labels);
    out_.append("}");
  }
  out_.append(" ");
  out_.append({text, static_cast<std::size_t>(end - text)});
  out_.append("\n");
}

void PrometheusText::sample(std::string_view name, std::string_view labels, std::uint64_t value) {
  out_.append(name);
  if (!labels.empty()) {
    out_.append("{");
    out_.append(labels);
    out_.append("}");
  }
  out_.append(" ");
  out_.append(std::to_string(value));
  out_.append("\n");
}

// How many there are in all.
template <class Counts, class Bound>
std::uint64_t PrometheusText::buckets(std::string_view name, std::string_view labels, const Counts& counts,
                                      Bound bound) {
  const std::string full_name = std::string(name) + "_bucket";
  const std::string prefix = labels.empty() ? "" : std::string(labels) + ",";
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    cumulative += counts[i];
    sample(full_name, prefix + label("le", i + 1 == counts.size() ? "+Inf" : bound(i)), cumulative);
  }
  return cumulative;
}

void PrometheusText::histogram(std::string_view name, std::string_view labels,
                               const LatencyHistogram::Snapshot& snapshot) {
  const std::uint64_t count = buckets(name, labels, snapshot.counts, [](std::size_t i) {
    char text[64];
    const double seconds = static_cast<double>(kLatencyBuckets[i]) / static_cast<double>(kSecond);
    return std::string(text, std::to_chars(text, text + sizeof text, seconds).ptr);
  });
  sample(std::string(name) + "_sum", labels,
         static_cast<double>(snapshot.sum_ns) / static_cast<double>(kSecond));
  sample(std::string(name) + "_count", labels, count);
}

void PrometheusText::histogram(std::string_view name, std::string_view labels,
                               const SizeHistogram::Snapshot& snapshot) {
  const std::uint64_t count =
      buckets(name, labels, snapshot.counts, [](std::size_t i) { return std::to_string(kSizeBuckets[i]); });
  sample(std::string(name) + "_sum", labels, snapshot.sum);
  sample(std::string(name) + "_count", labels, count);
}

std::string PrometheusText::label(std::string_view name, std::string_view value) {
  std::string text(name);
  text += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text + '"';
}

}  // namespace slipway::telemetry
