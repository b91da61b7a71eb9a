#include "model/manifest.hpp"

#include <catch2/catch.hpp>

#include "document/json_writer.hpp"

using namespace slipway;
using namespace slipway::model;

namespace {

std::string refusal(const std::string& text) {
  const Result<Manifest> parsed = parse_manifest(text, "model.yaml");
  REQUIRE_FALSE(parsed.ok());
  return parsed.error().message;
}

}  // namespace

TEST_CASE("a full manifest is read") {
  const Result<Manifest> parsed = parse_manifest(R"(
name: identity-match
version: 1.2.0-rc.1
description: Scores.
plugin: identity_match
schemas: {request: in.yaml, response: out.yaml}
isolation: process
threads: single
execution: pool
effects: none
limits: {concurrency: 3, queue: 0, timeout: 250ms, memory: 128MiB}
parameters: {threshold: 0.8, names: [a, b]}
deprecation: {after: 2027-06-01, successor: 2.0.0, sunset: 2027-12-01}
)",
                                                 "model.yaml");
  REQUIRE(parsed.ok());
  const Manifest& manifest = *parsed;
  CHECK(manifest.name == "identity-match");
  CHECK(manifest.version.text() == "1.2.0-rc.1");
  CHECK(manifest.plugin == "identity_match");
  CHECK(manifest.request_schema == "in.yaml");
  CHECK(manifest.response_schema == "out.yaml");
  CHECK(manifest.isolation == Isolation::process);
  CHECK(manifest.threads == Threads::single);
  CHECK(manifest.execution == Execution::pool);
  CHECK(manifest.effects == Effects::none);
  CHECK(manifest.limits.concurrency == 3);
  CHECK(manifest.limits.queue == 0);
  CHECK(manifest.limits.timeout == 250 * kMillisecond);
  CHECK(manifest.limits.memory == 128u << 20);
  CHECK(document::to_json(manifest.parameters.root()) == R"({"threshold":0.8,"names":["a","b"]})");
  REQUIRE(manifest.deprecation.has_value());
  CHECK(manifest.deprecation->successor == "2.0.0");
  CHECK(manifest.deprecation->sunset == "2027-12-01");
}

TEST_CASE("a version is not gone before it is deprecated") {
  const auto parsed = [](const std::string& sunset) {
    return parse_manifest(
        "name: m\nversion: 1.0.0\nplugin: p\ndeprecation: {after: 2027-06-01, sunset: " + sunset + "}\n",
        "model.yaml");
  };
  CHECK(parsed("2027-06-01").ok());
  REQUIRE_FALSE(parsed("2027-05-31").ok());
  CHECK_THAT(parsed("2027-05-31").error().message,
             Catch::Contains("model.yaml:4:42") && Catch::Contains("before it is deprecated"));
}

TEST_CASE("what a manifest leaves out has the documented default") {
  const Result<Manifest> parsed = parse_manifest("name: m\nversion: 1.0.0\nplugin: p\n", "model.yaml");
  REQUIRE(parsed.ok());
  CHECK(parsed->effects == Effects::external);
  CHECK(parsed->execution == Execution::automatic);
  CHECK(parsed->limits.concurrency == 8);
  CHECK(document::to_json(parsed->parameters.root()) == "{}");
}

TEST_CASE("mistakes are named with line and column, all at once") {
  CHECK(refusal("name: m\nversion: 1.0.0\nplugin: p\nlimts: {}\n").starts_with("model.yaml:4:1: /limts: "));
  CHECK(refusal("name: Bad_Name\nversion: 1.0.0\nplugin: p\n").starts_with("model.yaml:1:7: /name: "));
  CHECK(refusal("name: m\nversion: 1.0\nplugin: p\n").starts_with("model.yaml:2:10: /version: "));
  CHECK(refusal("name: m\nversion: \"1.0\"\nplugin: p\n").starts_with("model.yaml:2:10: /version: "));
  CHECK(refusal("name: m\nversion: 1.0.0\nplugin: ../evil\n").starts_with("model.yaml:3:9: /plugin: "));
  CHECK(refusal("name: m\nversion: 1.0.0\nplugin: p\nlimits: {timeout: 5 seconds}\n")
            .starts_with("model.yaml:4:19: /limits/timeout: "));
  CHECK(refusal("name: m\nversion: 1.0.0\nplugin: p\nlimits: {concurrency: 0}\n")
            .starts_with("model.yaml:4:23: /limits/concurrency: "));
  CHECK(refusal("name: m\nversion: 01.0.0\nplugin: p\n").starts_with("model.yaml:2:10: "));
  CHECK(refusal("[]").starts_with("model.yaml:1:1: "));
  const std::string several = refusal("version: 1.0.0\nplugin: p\nexecution: fast\nthreads: many\n");
  CHECK(several.find("name") != std::string::npos);
  CHECK(several.find("model.yaml:3:12: /execution: ") != std::string::npos);
  CHECK(several.find("model.yaml:4:10: /threads: ") != std::string::npos);
}

TEST_CASE("batching has a size, and a delay where it is given") {
  const std::string head = "name: m\nversion: 1.0.0\nplugin: p\n";
  const auto read = [&](const std::string& batching) {
    Result<Manifest> parsed = parse_manifest(head + batching, "model.yaml");
    if (!parsed) FAIL(parsed.error().message);
    return parsed->batching;
  };
  CHECK_FALSE(read(""));
  CHECK(read("batching: {size: 32}\n")->size == 32);
  CHECK(read("batching: {size: 32}\n")->delay == 0);
  CHECK(read("batching: {size: 1024, delay: 0}\n")->delay == 0);
  CHECK(read("batching: {size: 2, delay: 2ms}\n")->delay == 2 * kMillisecond);
  for (const char* bad : {"{size: 1}", "{size: 1025}", "{delay: 2ms}", "{size: 8, delay: 1s}",
                          "{size: 8, delay: 1000ms}", "{size: 8, delay: 2}", "{size: 8, least: 2}"})
    CHECK_THAT(refusal(head + "batching: " + bad + "\n"), Catch::Contains("model.yaml:4:"));
}

TEST_CASE("model names are what can stand in a route") {
  for (const char* good : {"a", "a1", "identity-match", "0"}) CHECK(is_model_name(good));
  for (const std::string& bad : {std::string(), std::string("-a"), std::string("a-"), std::string("A"),
                                 std::string("a_b"), std::string("a/b"), std::string(64, 'a')})
    CHECK_FALSE(is_model_name(bad));
}
