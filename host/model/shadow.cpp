#include "model/shadow.hpp"

#include <algorithm>
#include <numeric>

#include "base/utf8.hpp"
#include "model/route.hpp"

namespace slipway::model {

std::uint64_t ShadowFindings::Report::failures() const {
  return std::accumulate(failed.begin(), failed.end(), std::uint64_t{0});
}

void ShadowFindings::keep(Sample sample) {
  sample.at_ms = utc_now() / kMillisecond;
  for (std::string* const text : {&sample.pointer, &sample.expected, &sample.actual})
    text->resize(clip_utf8(*text, kMostBytes).size());
  samples_.push_front(std::move(sample));
  if (samples_.size() > kMostSamples) samples_.pop_back();
}

void ShadowFindings::add_different(Sample sample) {
  const std::lock_guard lock(mutex_);
  counters_.add(kDifferent);  // under the lock: who sees the count finds the sample
  sample.pointer.resize(clip_utf8(sample.pointer, kMostBytes).size());
  const auto place = std::find_if(places_.begin(), places_.end(),
                                  [&](const Place& each) { return each.pointer == sample.pointer; });
  if (place != places_.end())
    ++place->different;
  else if (places_.size() < kMostPlaces)
    places_.push_back({sample.pointer, 1});
  else
    ++different_elsewhere_;
  keep(std::move(sample));
}

void ShadowFindings::add_failed(Sample sample) {
  const std::lock_guard lock(mutex_);
  counters_.add(static_cast<std::size_t>(sample.outcome));
  keep(std::move(sample));
}

void ShadowFindings::add_times(Nanoseconds served, Nanoseconds shadow) {
  served_time_.fetch_add(served, std::memory_order_relaxed);
  shadow_time_.fetch_add(shadow, std::memory_order_relaxed);
}

ShadowFindings::Report ShadowFindings::counts() const {
  Report report;
  report.equal = counters_.total(kEqual);
  report.different = counters_.total(kDifferent);
  report.dropped = counters_.total(kDropped);
  for (std::size_t i = 0; i < kOutcomes; ++i)
    if (i != kEqual) report.failed[i] = counters_.total(i);
  report.served_time = served_time_.load(std::memory_order_relaxed);
  report.shadow_time = shadow_time_.load(std::memory_order_relaxed);
  return report;
}

ShadowFindings::Report ShadowFindings::report() const {
  Report report = counts();
  const std::lock_guard lock(mutex_);
  report.samples.assign(samples_.begin(), samples_.end());
  report.places = places_;
  report.different_elsewhere = different_elsewhere_;
  std::stable_sort(report.places.begin(), report.places.end(),
                   [](const Place& a, const Place& b) { return a.different > b.different; });
  return report;
}

Shadow::Shadow(std::shared_ptr<Slot> slot_of_it, const std::string& model, const TrafficPolicy& policy_of_it)
    : slot(std::move(slot_of_it)),
      policy(policy_of_it),
      share(policy.share, model, policy.sticky_header),
      since_ms(utc_now() / kMillisecond) {}

}  // namespace slipway::model
