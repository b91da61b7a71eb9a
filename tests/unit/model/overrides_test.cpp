#include "model/overrides.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::model;
using Catch::Matchers::Contains;

namespace {

Manifest manifest_with(const std::string& parameters) {
  Result<Manifest> manifest =
      parse_manifest("name: m\nversion: 1.0.0\nplugin: p\nparameters: " + parameters + "\n", "model.yaml");
  REQUIRE(manifest);
  return std::move(*manifest);
}

}  // namespace

TEST_CASE("members that are set replace the manifest's, the others stay") {
  Manifest manifest = manifest_with("{threshold: 0.8, names: [a, b], nested: {x: 1, y: 2}}");
  REQUIRE(apply_parameters(R"({"threshold": 0.9, "nested": {"x": 3}, "new \"one\"": null})", manifest));
  CHECK(document::to_json(manifest.parameters.root()) ==
        R"({"names":["a","b"],"threshold":0.9,"nested":{"x":3},"new \"one\"":null})");
  REQUIRE(apply_parameters("{}", manifest));
  CHECK(manifest.parameters.root().size() == 4);
}

TEST_CASE("limits and execution that are set, and no others") {
  Manifest manifest = manifest_with("{}");
  Overrides overrides;
  apply(overrides, manifest);
  CHECK(manifest.limits.concurrency == 8);
  CHECK(manifest.execution == Execution::automatic);
  overrides.concurrency = 2;
  overrides.queue = 0;
  overrides.timeout = kSecond;
  overrides.memory = 1024;
  overrides.execution = Execution::pool;
  apply(overrides, manifest);
  CHECK(manifest.limits.concurrency == 2);
  CHECK_FALSE(manifest.batching);
  CHECK(manifest.limits.queue == 0);
  CHECK(manifest.limits.timeout == kSecond);
  CHECK(manifest.limits.memory == 1024);
  CHECK(manifest.execution == Execution::pool);
}

TEST_CASE("secrets are read from files, without a closing line end, and from the environment") {
  TemporaryBundle folder("");
  folder.write("token", "a \"quoted\" secret\r\n");
  folder.write("empty", "");
  ::setenv("SLIPWAY_TEST_SECRET", "from outside\n", 1);
  Overrides overrides;
  overrides.parameters = R"({"scale": 2})";
  overrides.secrets["token"] = {(folder.bundle() / "token").string(), ""};
  overrides.secrets["empty"] = {(folder.bundle() / "empty").string(), ""};
  overrides.secrets["outside"] = {"", "SLIPWAY_TEST_SECRET"};
  const Result<std::string> all = parameters_with_secrets(overrides);
  REQUIRE(all);
  CHECK(*all ==
        R"({"scale":2,"secrets":{"empty":"","outside":"from outside\n","token":"a \"quoted\" secret"}})");
  document::Document read;
  CHECK(document::read_json(*all, read));
}

TEST_CASE("a secret that cannot be had is named, and none is repeated") {
  TemporaryBundle folder("");
  const auto refusal = [&](const SecretSource& source) {
    Overrides overrides;
    overrides.secrets["token"] = source;
    const Result<std::string> all = parameters_with_secrets(overrides);
    return all ? std::string("accepted") : all.error().message;
  };
  CHECK_THAT(refusal({(folder.bundle() / "none").string(), ""}),
             Contains("the secret token") && Contains("none"));
  ::unsetenv("SLIPWAY_TEST_SECRET");
  CHECK_THAT(refusal({"", "SLIPWAY_TEST_SECRET"}),
             Contains("SLIPWAY_TEST_SECRET is not in the host's environment"));
  folder.write("binary", "hidden\xff");
  CHECK_THAT(refusal({(folder.bundle() / "binary").string(), ""}),
             Contains("not UTF-8") && !Contains("hidden"));
  folder.write("long", std::string(kMostOverriddenBytes, 'x'));
  CHECK_THAT(refusal({(folder.bundle() / "long").string(), ""}),
             Contains("at most 12288 may") && !Contains("xxx"));
}

TEST_CASE("batching is set, changed and switched off") {
  const auto with = [](std::optional<std::uint32_t> size, std::optional<Nanoseconds> delay,
                       Manifest manifest) {
    Overrides overrides;
    overrides.batch_size = size;
    overrides.batch_delay = delay;
    apply(overrides, manifest);
    return manifest.batching;
  };
  const auto manifest = [](bool batches) {
    Manifest made;
    if (batches) made.batching = Batching{8, kMillisecond};
    return made;
  };
  CHECK_FALSE(with({}, kMillisecond, manifest(false)));
  CHECK(with(16, {}, manifest(false))->size == 16);
  CHECK(with(16, {}, manifest(false))->delay == 0);
  CHECK(with(16, {}, manifest(true))->delay == kMillisecond);
  CHECK(with({}, 0, manifest(true))->delay == 0);
  CHECK(with({}, 0, manifest(true))->size == 8);
  CHECK_FALSE(with(1, kMillisecond, manifest(true)));
}
