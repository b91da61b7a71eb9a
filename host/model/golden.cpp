#include "model/golden.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "model/checked_yaml.hpp"
#include "model/inference.hpp"
#include "model/test_files.hpp"

namespace slipway::model {
namespace {

using document::Value;

constexpr Nanoseconds kLeastTime = 10 * kSecond;
constexpr std::size_t kMostFailuresNamed = 10;
// Fewer cases than a batch holds are repeated to fill it, up to so many: models go over their inputs in
// blocks, and what is wrong shows at the blocks' ends.
constexpr std::size_t kRowsToFill = 64;

Tolerance read_tolerance(Value owner, const Tolerance& fallback) {
  const slw_value* const member = owner.find("tolerance");
  if (member == nullptr) return fallback;
  const auto number = [&](std::string_view key) {
    const slw_value* const value = Value(member).find(key);
    return value == nullptr ? 0.0 : Value(value).number();
  };
  return {number("absolute"), number("relative")};
}

std::optional<std::string> optional_text(Value object, std::string_view key) {
  const slw_value* const member = object.find(key);
  if (member == nullptr) return std::nullopt;
  return std::string(Value(member).text());
}

Result<GoldenCase> read_case(Value value, std::string place, const Tolerance& tolerance) {
  GoldenCase golden;
  golden.name = text_or(value, "name", "");
  golden.place = std::move(place);
  golden.request = document::to_json(Value(value.find("request")));
  golden.tolerance = read_tolerance(value, tolerance);
  if (const slw_value* const safe = value.find("safe"); safe != nullptr) golden.safe = Value(safe).boolean();
  if (const slw_value* const response = value.find("response"); response != nullptr) {
    golden.response.emplace();
    if (Status copied = document::read_json(document::to_json(Value(response)), *golden.response); !copied)
      return std::move(copied).error();
  }
  if (const slw_value* const error = value.find("error"); error != nullptr)
    golden.error =
        ExpectedError{static_cast<int>(Value(Value(error).find("status")).int64()),
                      optional_text(Value(error), "pointer"), optional_text(Value(error), "keyword")};
  return golden;
}

Status add_cases(Value root, const document::SourceMap& source, std::vector<GoldenCase>& cases) {
  const slw_value* const list = root.find("cases");
  if (list == nullptr) return {};
  const Tolerance tolerance = read_tolerance(root, {});
  for (std::uint32_t i = 0; i < Value(list).size(); ++i) {
    Result<GoldenCase> golden =
        read_case(Value(list).element(i), source.describe("/cases/" + std::to_string(i)), tolerance);
    if (!golden) return std::move(golden).error();
    cases.push_back(std::move(*golden));
  }
  return {};
}

std::string describe(const Call& call) {
  std::string text = std::to_string(http_status(call.outcome)) + " (" + call.error.message;
  if (!call.error.pointer.empty()) text += ", at " + call.error.pointer;
  for (const schema::Violation& violation : call.violations)
    text += "; " + violation.pointer + ": " + violation.message;
  return text + ")";
}

std::string compare_error(const ExpectedError& expected, const Call& call) {
  if (call.outcome == Outcome::answered)
    return "should be refused with " + std::to_string(expected.status) + ", but is answered";
  if (http_status(call.outcome) != expected.status)
    return "should be refused with " + std::to_string(expected.status) + ", but the answer is " +
           describe(call);
  if (call.violations.empty()) {
    if (expected.keyword)
      return "should be refused by the schema (" + *expected.keyword + "), but the answer is " +
             describe(call);
    const bool same = !expected.pointer || *expected.pointer == call.error.pointer;
    return same ? std::string()
                : "should be refused at " + *expected.pointer + ", but the answer is " + describe(call);
  }
  for (const schema::Violation& violation : call.violations)
    if ((!expected.pointer || *expected.pointer == violation.pointer) &&
        (!expected.keyword || *expected.keyword == violation.keyword))
      return {};
  return "should be refused at " + expected.pointer.value_or("any place") + " by " +
         expected.keyword.value_or("any keyword") + ", but the answer is " + describe(call);
}

// A request that is asked. A gate asks whether the answer is right. Whether it is quick enough is measured
// elsewhere, and not on a cold start.
struct Asked {
  Asked(const ModelVersion& version, std::string_view request) : body(request) {
    call.request_id = "golden-case";
    call.deadline = monotonic_now() + std::max(version.manifest().limits.timeout, kLeastTime);
  }

  Call call{document::Limits()};
  PaddedBuffer body;
  PaddedBuffer out;
};

// One run of a case.
struct Run : Asked {
  Run(const ModelVersion& version, const GoldenCase& of) : Asked(version, of.request), golden(of) {}

  std::string difference(const ModelVersion& version) const {
    if (golden.error) return compare_error(*golden.error, call);
    if (call.outcome != Outcome::answered) return "should be answered, but is refused with " + describe(call);
    return model::difference(golden.response->root(), call.response.root(), golden.tolerance,
                             version.bundle().response.compiled.schema.get());
  }

  const GoldenCase& golden;
};

void run_together(ModelVersion& version, const std::vector<std::unique_ptr<Run>>& runs) {
  std::vector<Call*> calls;
  std::vector<BatchItem> scratch;
  for (const std::unique_ptr<Run>& run : runs) {
    prepare(version, run->call, run->body);
    calls.push_back(&run->call);
  }
  predict_together(version, calls, scratch);
  for (const std::unique_ptr<Run>& run : runs) conclude(version, run->call, run->out);
}

}  // namespace

Result<std::vector<GoldenCase>> read_cases(const Bundle& bundle) {
  std::vector<GoldenCase> cases;
  Status read = for_each_test_file(
      bundle, [&](Value root, const document::SourceMap& source) { return add_cases(root, source, cases); });
  if (!read) return std::move(read).error();
  return cases;
}

bool may_gate(const Manifest& manifest, const GoldenCase& golden) {
  return manifest.effects == Effects::none || golden.safe;
}

CaseResult run_case(ModelVersion& version, const GoldenCase& golden) {
  Run run(version, golden);
  infer(version, run.call, run.body, run.out);
  return {&golden, run.difference(version), run.call.predict_time};
}

Status run_in_batches(ModelVersion& version, const std::vector<GoldenCase>& cases,
                      const std::function<Status()>& before_each) {
  if (!version.batches() || cases.empty()) return {};
  const std::size_t size = version.manifest().batching->size;
  const std::size_t total = std::max(cases.size(), std::min(size, kRowsToFill));
  std::map<const GoldenCase*, std::string> failures;
  for (std::size_t begin = 0; begin < total; begin += size) {
    if (Status may = before_each(); !may) return may;
    std::vector<std::unique_ptr<Run>> runs;
    for (std::size_t i = begin; i < std::min(begin + size, total); ++i)
      runs.push_back(std::make_unique<Run>(version, cases[i % cases.size()]));
    run_together(version, runs);
    for (const std::unique_ptr<Run>& run : runs)
      if (std::string difference = run->difference(version); !difference.empty())
        failures.emplace(&run->golden,
                         "in a batch of " + std::to_string(runs.size()) + ": " + std::move(difference));
  }
  if (failures.empty()) return {};
  std::string words = std::to_string(failures.size()) + " of " + std::to_string(cases.size()) +
                      " golden cases failed in a batch, but pass alone:";
  std::size_t named = 0;
  for (const auto& [golden, difference] : failures)
    if (++named <= kMostFailuresNamed)
      words += "\n" + golden->place + ": case \"" + golden->name + "\": " + difference;
  return Error(Code::failed_precondition, words);
}

Nanoseconds time_request(ModelVersion& version, std::string_view request) {
  Asked asked(version, request);
  infer(version, asked.call, asked.body, asked.out);
  return asked.call.predict_time;
}

}  // namespace slipway::model
