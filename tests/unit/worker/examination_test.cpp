#include "worker/examination.hpp"

#include <catch2/catch.hpp>

#include "model/version.hpp"
#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::worker;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kCases = "cases:\n  - {name: doubles, request: {value: 1.5}, response: {value: 3.0}}\n";

Examination examined(const std::string& plugin, Experiment experiment) {
  TemporaryBundle bundle(plugin, "name: tested\nversion: 1.0.0\neffects: none\n");
  bundle.write("tests/golden.yaml", kCases);
  Result<model::Bundle> opened = model::open_bundle(bundle.bundle());
  REQUIRE(opened.ok());
  const Result<plugin::StoredLibrary> stored = model::ModelVersion::store_plugin(*opened, {});
  REQUIRE(stored.ok());
  Result<Examination> examination =
      examine(*opened, *stored, {.experiment = experiment, .program = SLIPWAY_PROGRAM});
  if (!examination) FAIL(examination.error().message);
  return std::move(*examination);
}

}  // namespace

TEST_CASE("a sound model is seen to answer alike, alone and elsewhere") {
  const Examination alone = examined("good_c", Experiment::alone);
  CHECK(alone.failure.empty());
  REQUIRE(alone.find("answer") != nullptr);
  CHECK(alone.find("answer")->subject == R"({"value":1.5})");
  CHECK(alone.find("answer")->text == R"({"value":3.0})");
  for (const char* const what : {"start", "p50", "p99", "bytes a call", "globals"})
    CHECK(alone.find(what) != nullptr);
  for (const char* const what : {"repeated", "after others", "written global"})
    CHECK(alone.find(what) == nullptr);
  for (const Experiment experiment : {Experiment::crowd, Experiment::backwards, Experiment::comma_locale}) {
    const Examination other = examined("good_c", experiment);
    CHECK(other.failure.empty());
    CHECK(other.find("in a crowd") == nullptr);
    CHECK(other.find("no locale") == nullptr);
    CHECK(other.find("answer") != nullptr);
  }
}

TEST_CASE("a model that ends its process is told with the request") {
  const Examination crash = examined("exits_in_predict", Experiment::alone);
  CHECK_THAT(crash.failure, Contains("called exit(3) in predict"));
  CHECK(crash.request == R"({"value":1.5})");
  CHECK_THAT(examined("crashes_in_create", Experiment::crowd).failure, Contains("in create"));
  CHECK_THAT(examined("create_fails", Experiment::alone).failure, Contains("the weights are missing"));
}
