#include "model/host_services.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace slipway;
using namespace slipway::model;

namespace {

slw_string text(const char* words) {
  return {words, std::char_traits<char>::length(words)};
}

}  // namespace

TEST_CASE("a model's metrics are kept by name") {
  HostServices services("m", "1.0.0");
  const slw_host* const host = services.table();
  const std::uint32_t counter = host->metric(host, SLW_METRIC_COUNTER, text("hits"), text("Hits."));
  const std::uint32_t gauge = host->metric(host, SLW_METRIC_GAUGE, text("level"), text("Level."));
  const std::uint32_t histogram = host->metric(host, SLW_METRIC_HISTOGRAM, text("size"), text("Size."));
  REQUIRE(counter != 0);
  CHECK(host->metric(host, SLW_METRIC_COUNTER, text("hits"), text("")) == counter);
  CHECK(host->metric(host, SLW_METRIC_GAUGE, text("hits"), text("")) == 0);
  host->record(host, counter, 2);
  host->record(host, counter, 3);
  host->record(host, counter, -1);
  host->record(host, gauge, 7);
  host->record(host, gauge, 4);
  host->record(host, histogram, 1.5);
  host->record(host, histogram, 2.5);
  host->record(host, 0, 1);
  host->record(host, 999, 1);
  host->record(host, gauge, std::numeric_limits<double>::quiet_NaN());
  const auto samples = services.samples();
  REQUIRE(samples.size() == 3);
  CHECK(samples[0].name == "slipway_model_hits");
  CHECK(samples[0].value == 5);
  CHECK(samples[1].value == 4);
  CHECK(samples[2].value == 4);
  CHECK(samples[2].count == 2);
}

TEST_CASE("bad names and too many metrics are refused") {
  HostServices services("m", "1.0.0");
  const slw_host* const host = services.table();
  for (const char* name : {"", "Upper", "9lives", "a-b", "a b", "a\"b"})
    CHECK(host->metric(host, SLW_METRIC_GAUGE, text(name), text("")) == 0);
  CHECK(host->metric(host, 17, text("fine"), text("")) == 0);
  for (std::size_t i = 0; i < HostServices::kMostMetrics; ++i)
    CHECK(host->metric(host, SLW_METRIC_GAUGE, text(("metric_" + std::to_string(i)).c_str()), text("")) != 0);
  CHECK(host->metric(host, SLW_METRIC_GAUGE, text("one_more"), text("")) == 0);
}
