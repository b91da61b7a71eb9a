#include "model/golden.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "model/checked_yaml.hpp"
#include "model/embedded_schemas.hpp"
#include "model/inference.hpp"

namespace slipway::model {
namespace {

namespace fs = std::filesystem;
using document::Value;

constexpr std::size_t kCasesBytes = 64u << 20;
constexpr Nanoseconds kLeastTime = 10 * kSecond;

const schema::Schema& cases_schema() {
  static const std::shared_ptr<const schema::Schema> schema = own_schema(kCasesSchema, "schemas/cases.yaml");
  return *schema;
}

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

Status read_file_of_cases(const fs::path& path, std::vector<GoldenCase>& cases) {
  const Result<std::string> text = read_file(path, kCasesBytes);
  if (!text) return text.error();
  document::Document document;
  document::SourceMap source(path.string());
  if (Status read = read_checked_yaml(*text, cases_schema(), document, source); !read) return read;
  const Tolerance tolerance = read_tolerance(document.root(), {});
  const Value list(document.root().find("cases"));
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    Result<GoldenCase> golden =
        read_case(list.element(i), source.describe("/cases/" + std::to_string(i)), tolerance);
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

}  // namespace

Result<std::vector<GoldenCase>> read_cases(const Bundle& bundle) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(bundle.directory / "tests", error), end; !error && at != end;
       at.increment(error))
    if (at->path().extension() == ".yaml") files.push_back(at->path());
  std::sort(files.begin(), files.end());
  std::vector<GoldenCase> cases;
  for (const fs::path& file : files)
    if (Status read = read_file_of_cases(file, cases); !read) return std::move(read).error();
  return cases;
}

bool may_gate(const Manifest& manifest, const GoldenCase& golden) {
  return manifest.effects == Effects::none || golden.safe;
}

CaseResult run_case(ModelVersion& version, const GoldenCase& golden) {
  Call call{document::Limits()};
  call.request_id = "golden-case";
  // A gate asks whether the answer is right. Whether it is quick enough is measured elsewhere, and not on a
  // cold start.
  call.deadline = monotonic_now() + std::max(version.manifest().limits.timeout, kLeastTime);
  PaddedBuffer body(golden.request);
  PaddedBuffer out;
  infer(version, call, body, out);
  CaseResult result{&golden, {}, call.predict_time};
  if (golden.error)
    result.difference = compare_error(*golden.error, call);
  else if (call.outcome != Outcome::answered)
    result.difference = "should be answered, but is refused with " + describe(call);
  else
    result.difference = difference(golden.response->root(), call.response.root(), golden.tolerance,
                                   version.bundle().response.compiled.schema.get());
  return result;
}

}  // namespace slipway::model
