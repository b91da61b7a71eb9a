#include "model/shadow.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace slipway::model;

namespace {

ShadowFindings::Sample different_at(std::string pointer, std::string id = "r") {
  ShadowFindings::Sample sample;
  sample.request_id = std::move(id);
  sample.pointer = std::move(pointer);
  sample.expected = "1";
  sample.actual = "2";
  return sample;
}

ShadowFindings::Sample failed_with(Outcome outcome) {
  ShadowFindings::Sample sample = different_at("");
  sample.outcome = outcome;
  return sample;
}

}  // namespace

TEST_CASE("what becomes of copies is counted by kind") {
  ShadowFindings findings;
  for (int i = 0; i < 5; ++i) findings.add_equal();
  for (int i = 0; i < 2; ++i) findings.add_different(different_at("/a"));
  findings.add_failed(failed_with(Outcome::timed_out));
  for (int i = 0; i < 2; ++i) findings.add_failed(failed_with(Outcome::model_failed));
  findings.add_dropped();
  findings.add_times(10, 30);
  findings.add_times(10, 50);
  const ShadowFindings::Report report = findings.report();
  CHECK(report.equal == 5);
  CHECK(report.different == 2);
  CHECK(report.failures() == 3);
  CHECK(report.failed[static_cast<std::size_t>(Outcome::timed_out)] == 1);
  CHECK(report.failed[static_cast<std::size_t>(Outcome::model_failed)] == 2);
  CHECK(report.compared() == 10);
  CHECK(report.dropped == 1);
  CHECK(report.served_time == 20);
  CHECK(report.shadow_time == 80);
  CHECK(report.samples.size() == 5);
  CHECK(report.samples.front().at_ms > 0);
  CHECK(findings.counts().compared() == 10);
  CHECK(findings.counts().samples.empty());
}

TEST_CASE("the newest samples are kept, and places are counted up to a bound") {
  ShadowFindings findings;
  for (std::size_t i = 0; i < 100; ++i)
    findings.add_different(different_at("/" + std::to_string(i), "request " + std::to_string(i)));
  findings.add_different(different_at("/1"));
  ShadowFindings::Report report = findings.report();
  CHECK(report.samples.size() == ShadowFindings::kMostSamples);
  CHECK(report.samples[0].pointer == "/1");
  CHECK(report.samples[1].request_id == "request 99");
  CHECK(report.places.size() == ShadowFindings::kMostPlaces);
  CHECK(report.places.front().pointer == "/1");
  CHECK(report.places.front().different == 2);
  CHECK(report.different_elsewhere == 100 - ShadowFindings::kMostPlaces);
  CHECK(report.different == 101);
}

TEST_CASE("no text of a sample is long") {
  ShadowFindings findings;
  ShadowFindings::Sample sample = different_at(std::string(10'000, 'p'));
  sample.actual = std::string(ShadowFindings::kMostBytes - 1, 'x') + "\xc3\xbc";
  findings.add_different(std::move(sample));
  const ShadowFindings::Report report = findings.report();
  CHECK(report.samples.front().pointer.size() == ShadowFindings::kMostBytes);
  CHECK(report.places.front().pointer.size() == ShadowFindings::kMostBytes);
  CHECK(report.samples.front().actual == std::string(ShadowFindings::kMostBytes - 1, 'x'));
}

TEST_CASE("threads count together") {
  ShadowFindings findings;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        findings.add_equal();
        findings.add_different(different_at("/a"));
        findings.report();
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(findings.report().equal == 4000);
  CHECK(findings.report().places.front().different == 4000);
}

TEST_CASE("what is counted can be looked at, also while others are counted") {
  ShadowFindings findings;
  std::thread other([&] {
    for (std::size_t i = 0; i < ShadowFindings::kMostSamples; ++i)
      i % 2 == 0 ? findings.add_different(different_at("/a"))
                 : findings.add_failed(failed_with(Outcome::timed_out));
  });
  std::size_t counted_without_sample = 0;
  for (ShadowFindings::Report report; report.compared() < ShadowFindings::kMostSamples;) {
    report = findings.report();
    if (report.samples.size() < report.compared()) ++counted_without_sample;
  }
  other.join();
  CHECK(counted_without_sample == 0);
}
