// Several calls predicted together: what each comes to, and what is refused where a plugin cannot do it.
#include <catch2/catch.hpp>

#include "model/golden.hpp"
#include "model/inference.hpp"
#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::model;

namespace {

constexpr const char* kBatching = "name: tested\nversion: 1.0.0\neffects: none\nbatching: {size: 4}\n";

std::unique_ptr<ModelVersion> load(const TemporaryBundle& bundle) {
  auto version = bundle.load();
  if (!version) FAIL(version.error().message);
  return std::move(*version);
}

// What loading is refused for.
std::string refusal(const std::string& plugin) {
  const auto version = TemporaryBundle(plugin, kBatching).load();
  return version ? "" : version.error().message;
}

struct Asked {
  explicit Asked(std::string_view request) : body(request) {
    call.deadline = monotonic_now() + 60 * kSecond;
    call.request_id = "test";
  }
  Call call{document::Limits()};
  PaddedBuffer body;
  PaddedBuffer out;
};

// Each request's outcome and answer, or why there is none.
std::vector<std::string> ask_together(ModelVersion& version, const std::vector<std::string>& requests) {
  std::vector<std::unique_ptr<Asked>> asked;
  std::vector<Call*> calls;
  std::vector<BatchItem> scratch;
  for (const std::string& request : requests) {
    asked.push_back(std::make_unique<Asked>(request));
    prepare(version, asked.back()->call, asked.back()->body);
    calls.push_back(&asked.back()->call);
  }
  predict_together(version, calls, scratch);
  std::vector<std::string> answers;
  for (const auto& each : asked) {
    conclude(version, each->call, each->out);
    CHECK_FALSE(each->call.open);
    const bool answered = each->call.outcome == Outcome::answered;
    answers.push_back(answered ? std::string(each->out.view())
                               : std::string(to_text(each->call.outcome)) + ": " + each->call.error.message);
  }
  return answers;
}

using Answers = std::vector<std::string>;

}  // namespace

TEST_CASE("calls that are predicted together are answered each by itself") {
  const TemporaryBundle bundle("batches", std::string(kBatching) + "parameters: {tell: true}\n");
  const auto version = load(bundle);
  REQUIRE(version->batches());
  CHECK(ask_together(*version,
                     {R"({"value":1})", "[", R"({"value":-1})", R"({"value":-2})", R"({"value":-3})"}) ==
        Answers{R"({"value":2.0,"batch":4})", "malformed: malformed JSON at byte 1: invalid value",
                "refused_by_model: not this one", "model_failed: this one fails",
                "model_failed: the model failed without saying why"});
  CHECK(bundle.ask(*version, R"({"value":1})") == R"({"value":2.0,"batch":0})");  // alone it is not a batch
}

TEST_CASE("a batch that fails as a whole fails every item, and no caller is to blame") {
  const TemporaryBundle bundle("batches", kBatching);
  const auto version = load(bundle);
  const std::string fell = "model_failed: the batch fell over";
  CHECK(ask_together(*version, {R"({"value":1})", R"({"value":-4})"}) == Answers{fell, fell});
  const std::string silent = "model_failed: the model failed without saying why";
  CHECK(ask_together(*version, {R"({"value":1})", R"({"value":-5})"}) == Answers{silent, silent});
  CHECK(ask_together(*version, {R"({"value":1})", R"({"value":2})"}) ==
        Answers{R"({"value":2.0})", R"({"value":4.0})"});
}

TEST_CASE("an exception that a batch lets out fails every item") {
  const TemporaryBundle bundle("batch_throws", kBatching);
  const auto version = load(bundle);
  const std::string out = "model_failed: the model let an exception out of predict, which no plugin may";
  CHECK(ask_together(*version, {R"({"value":1})", R"({"value":2})"}) == Answers{out, out});
}

TEST_CASE("nothing is predicted where nobody waits") {
  const TemporaryBundle bundle("batch_throws", kBatching);
  const auto version = load(bundle);
  Asked asked(R"({"value":1})");
  prepare(*version, asked.call, asked.body);
  REQUIRE(asked.call.open);
  asked.call.cancelled = true;
  Call* const calls[] = {&asked.call};
  std::vector<BatchItem> scratch;
  predict_together(*version, calls, scratch);
  CHECK(asked.call.outcome == Outcome::cancelled);
}

TEST_CASE("a manifest that asks for batching is refused where the plugin does not offer it") {
  CHECK_THAT(refusal("good_c"),
             Catch::Contains("the manifest asks for batching, but the plugin does not offer") &&
                 Catch::Contains("take `batching` out of the manifest"));
  CHECK_THAT(refusal("batch_small"), Catch::Contains("set size to sizeof(slw_batch)"));
  CHECK_THAT(refusal("batch_empty"), Catch::Contains("has a predict that is not code of the plugin"));
  CHECK_THAT(refusal("batch_foreign"), Catch::Contains("is not in the plugin's memory"));
}

TEST_CASE("a plugin that offers batches is not asked for them unless the manifest wants that") {
  const TemporaryBundle bundle("batches");
  const auto version = load(bundle);
  CHECK_FALSE(version->batches());
}

TEST_CASE("golden cases that pass alone must pass in batches, too") {
  const std::string cases =
      "cases:\n"
      "  - {name: one, request: {value: 1}, response: {value: 2}}\n"
      "  - {name: two, request: {value: 2}, response: {value: 4}}\n"
      "  - {name: bad, request: {value: x}, error: {status: 422, pointer: /value}}\n";
  TemporaryBundle honest("batches", kBatching),
      liar("batches", std::string(kBatching) + "parameters: {lies: true}\n");
  for (TemporaryBundle* bundle : {&honest, &liar}) {
    bundle->write("tests/golden.yaml", cases);
    const auto version = load(*bundle);
    const auto read = read_cases(version->bundle());
    REQUIRE(read.ok());
    for (const GoldenCase& golden : *read) CHECK(run_case(*version, golden).passed());
    const Status batched = run_in_batches(*version, *read);
    if (bundle == &honest) {
      CHECK(batched.ok());
    } else {
      REQUIRE_FALSE(batched.ok());
      CHECK_THAT(batched.error().message,
                 Catch::Contains("2 of 3 golden cases failed in a batch, but pass alone:") &&
                     Catch::Contains("case \"one\": in a batch of 4: ") && Catch::Contains("case \"two\"") &&
                     !Catch::Contains("case \"bad\""));
    }
  }
}
