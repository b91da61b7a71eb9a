#include "model/inference.hpp"

#include <catch2/catch.hpp>

#include <limits>

#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::model;

namespace {

struct Answer {
  Outcome outcome;
  std::string text;  // of the response, or the error's message
  std::string pointer;
  std::size_t violations;
};

Answer ask(ModelVersion& version, std::string_view request, Nanoseconds timeout = 60 * kSecond,
           bool cancelled = false) {
  Call call{document::Limits()};
  call.deadline = monotonic_now() + timeout;
  call.cancelled = cancelled;
  PaddedBuffer body(request);
  PaddedBuffer out;
  infer(version, call, body, out);
  const bool answered = call.outcome == Outcome::answered;
  CHECK(out.empty() != answered);
  return {call.outcome, answered ? std::string(out.view()) : call.error.message, call.error.pointer,
          call.violations.size()};
}

Answer ask_fixture(const std::string& plugin, std::string_view request = R"({"value":1})") {
  TemporaryBundle bundle(plugin);
  Result<std::unique_ptr<ModelVersion>> version = bundle.load();
  if (!version) FAIL(version.error().message);
  return ask(**version, request);
}

}  // namespace

TEST_CASE("a sound plugin answers, again and again, in the same call's memory") {
  TemporaryBundle bundle("good_c");
  Result<std::unique_ptr<ModelVersion>> version = bundle.load();
  REQUIRE(version.ok());
  Call call{document::Limits()};
  PaddedBuffer body;
  PaddedBuffer out;
  for (int i = 0; i < 3; ++i) {
    call.reset(1u << 20);
    call.deadline = monotonic_now() + 60 * kSecond;
    body.clear();
    out.clear();
    body.append(R"({"value":21})");
    infer(**version, call, body, out);
    REQUIRE(call.outcome == Outcome::answered);
    CHECK(out.view() == R"({"value":42.0})");
  }
  CHECK((*version)->unload().unmapped);
}

TEST_CASE("what is wrong with the request is told apart") {
  TemporaryBundle bundle("good_c");
  Result<std::unique_ptr<ModelVersion>> version = bundle.load();
  REQUIRE(version.ok());
  CHECK(ask(**version, "{").outcome == Outcome::malformed);
  const Answer invalid = ask(**version, R"({"value":"x"})");
  CHECK(invalid.outcome == Outcome::invalid_request);
  CHECK(invalid.violations == 1);
  CHECK(ask(**version, R"({"value":1})", -1).outcome == Outcome::timed_out);
  CHECK(ask(**version, R"({"value":1})", kSecond, true).outcome == Outcome::cancelled);
}

TEST_CASE("a plugin's refusal becomes the caller's error, with the pointer if it leads somewhere") {
  const Answer answer = ask_fixture("invalid_argument");
  CHECK(answer.outcome == Outcome::refused_by_model);
  CHECK_FALSE(answer.text.empty());
  CHECK(answer.pointer == "/value");
  CHECK(ask_fixture("invalid_argument", R"({"other":1})").pointer.empty());
}

TEST_CASE("a plugin's failures become its own outcomes") {
  CHECK(ask_fixture("predict_fails").outcome == Outcome::model_failed);
  const Answer silent = ask_fixture("fails_silently");
  CHECK(silent.outcome == Outcome::model_failed);
  CHECK(silent.text == "the model failed without saying why");
  CHECK(ask_fixture("deadline_exceeded").outcome == Outcome::timed_out);
  CHECK(ask_fixture("unavailable").outcome == Outcome::unavailable);
  const Answer unknown = ask_fixture("unknown_status");
  CHECK(unknown.outcome == Outcome::model_failed);
  CHECK(unknown.text.find("unknown status") != std::string::npos);
}

TEST_CASE("a malformed response is the model's fault and is never sent") {
  for (const char* plugin : {"writes_nothing", "writes_two_roots", "writes_open_object", "writes_nan",
                             "writes_bad_utf8", "writes_bad_tensor"}) {
    CAPTURE(plugin);
    CHECK(ask_fixture(plugin).outcome == Outcome::invalid_response);
  }
}

TEST_CASE("a response that breaks its own schema is told with pointer and keyword") {
  TemporaryBundle bundle("good_c");
  bundle.write("schemas/response.yaml", "properties: {value: {maximum: 10}}\n");
  Result<std::unique_ptr<ModelVersion>> version = bundle.load();
  REQUIRE(version.ok());
  CHECK(ask(**version, R"({"value":1})").outcome == Outcome::answered);
  const Answer answer = ask(**version, R"({"value":21})");
  CHECK(answer.outcome == Outcome::invalid_response);
  CHECK(answer.violations == 1);
}

TEST_CASE("a plugin that is not what its manifest says is refused") {
  for (const auto& [plugin, words] :
       {std::pair{"lying_name", "was built as the model"}, std::pair{"lying_version", "was built as version"},
        std::pair{"create_fails", "could not be created"}}) {
    CAPTURE(plugin);
    TemporaryBundle bundle(plugin);
    const Result<std::unique_ptr<ModelVersion>> version = bundle.load();
    REQUIRE_FALSE(version.ok());
    CHECK(version.error().message.find(words) != std::string::npos);
  }
  TemporaryBundle empty("");
  CHECK(empty.load().error().message.find("plugin.so") != std::string::npos);
}
