// A version that is tried on copies of its model's requests: nobody sees its answers, but how they differ
// from those that callers got is counted, and shown to operators.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/call.hpp"
#include "model/share.hpp"
#include "model/traffic_policy.hpp"
#include "telemetry/metrics.hpp"

namespace slipway::model {

class Slot;

// What has been found out about a shadow's answers. Thread-safe.
class ShadowFindings {
 public:
  static constexpr std::size_t kMostSamples = 20;  // the newest are kept
  static constexpr std::size_t kMostPlaces = 32;   // pointers that are counted apart
  static constexpr std::size_t kMostBytes = 400;   // of one text of a sample

  struct Sample {
    std::int64_t at_ms = 0;  // since 1970
    std::string request_id;
    Outcome outcome = Outcome::answered;  // of the shadow's call; `answered`: otherwise than the caller
    std::string pointer;                  // into the answer, or, of a failure, to what the shadow refuses
    std::string expected;                 // what the caller got; empty for a failure
    std::string actual;                   // what the shadow answered, or why it failed
  };
  struct Place {
    std::string pointer;
    std::uint64_t different = 0;
  };
  struct Report {
    std::uint64_t equal = 0;
    std::uint64_t different = 0;
    std::array<std::uint64_t, kOutcomes> failed{};  // by outcome; 0 for `answered`
    std::uint64_t dropped = 0;    // there was no room for them, or the version was busy or on its way out
    Nanoseconds served_time = 0;  // in the models, over all of which both have answered
    Nanoseconds shadow_time = 0;
    std::vector<Sample> samples;            // the newest first
    std::vector<Place> places;              // the most frequent first
    std::uint64_t different_elsewhere = 0;  // at places beyond kMostPlaces

    std::uint64_t failures() const;
    std::uint64_t compared() const { return equal + different + failures(); }
  };

  void add_equal() { counters_.add(kEqual); }
  void add_different(Sample sample);  // its outcome is `answered`
  void add_failed(Sample sample);
  void add_dropped() { counters_.add(kDropped); }
  void add_times(Nanoseconds served, Nanoseconds shadow);

  // The counts alone, without samples and places; and all of it.
  Report counts() const;
  Report report() const;

 private:
  // Outcomes count failures; what is answered is equal or different.
  static constexpr std::size_t kEqual = static_cast<std::size_t>(Outcome::answered);
  static constexpr std::size_t kDifferent = kOutcomes;
  static constexpr std::size_t kDropped = kOutcomes + 1;

  void keep(Sample sample);

  telemetry::CounterSet<kOutcomes + 2> counters_;
  std::atomic<Nanoseconds> served_time_{0};
  std::atomic<Nanoseconds> shadow_time_{0};
  mutable std::mutex mutex_;  // of all below
  std::deque<Sample> samples_;
  std::vector<Place> places_;
  std::uint64_t different_elsewhere_ = 0;
};

// One assignment of the label: its counts begin at 0.
struct Shadow {
  Shadow(std::shared_ptr<Slot> slot, const std::string& model, const TrafficPolicy& policy);

  const std::shared_ptr<Slot> slot;
  const TrafficPolicy policy;
  const Share share;            // of the requests that name neither version nor label
  const std::int64_t since_ms;  // 1970
  ShadowFindings findings;
  std::atomic<bool> ended{false};  // the label points elsewhere: what waits yet is dropped
};

}  // namespace slipway::model
