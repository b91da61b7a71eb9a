#include "model/golden.hpp"

#include <algorithm>
#include <cmath>

#include "base/file.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "document/pointer.hpp"
#include "model/checked_yaml.hpp"
#include "model/embedded_schemas.hpp"
#include "model/inference.hpp"

namespace slipway::model {
namespace {

namespace fs = std::filesystem;
using document::Value;

constexpr std::size_t kCasesBytes = 64u << 20;
constexpr Nanoseconds kLeastTime = 10 * kSecond;
constexpr std::size_t kMostShown = 200;  // bytes of a value in a message

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

std::string shown(Value value) {
  std::string json = document::to_json(value);
  if (json.size() > kMostShown) json = json.substr(0, kMostShown) + "...";
  return json;
}

std::string should_be(const std::string& pointer, std::string_view expected, std::string_view actual) {
  return (pointer.empty() ? std::string("the response") : pointer) + " should be " + std::string(expected) +
         ", but is " + std::string(actual);
}

std::string compare(Value expected, Value actual, const Tolerance& tolerance, std::string& pointer);

std::string compare_members(Value expected, Value actual, const Tolerance& tolerance, std::string& pointer) {
  const std::size_t here = pointer.size();
  for (std::uint32_t i = 0; i < expected.size(); ++i) {
    document::append_token(pointer, expected.key(i));
    const slw_value* const member = actual.find(expected.key(i));
    std::string found = member == nullptr ? should_be(pointer, shown(expected.member(i)), "missing")
                                          : compare(expected.member(i), Value(member), tolerance, pointer);
    if (!found.empty()) return found;
    pointer.resize(here);
  }
  for (std::uint32_t i = 0; i < actual.size(); ++i) {
    if (expected.find(actual.key(i)) != nullptr) continue;
    document::append_token(pointer, actual.key(i));
    return should_be(pointer, "absent", shown(actual.member(i)));
  }
  return {};
}

std::string compare_elements(Value expected, Value actual, const Tolerance& tolerance, std::string& pointer) {
  if (expected.size() != actual.size())
    return should_be(pointer, "an array of " + std::to_string(expected.size()),
                     "one of " + std::to_string(actual.size()));
  const std::size_t here = pointer.size();
  for (std::uint32_t i = 0; i < expected.size(); ++i) {
    document::append_token(pointer, i);
    std::string found = compare(expected.element(i), actual.element(i), tolerance, pointer);
    if (!found.empty()) return found;
    pointer.resize(here);
  }
  return {};
}

std::string compare(Value expected, Value actual, const Tolerance& tolerance, std::string& pointer) {
  if (expected.is_number() && actual.is_number()) {
    const double bound = tolerance.absolute + tolerance.relative * std::fabs(expected.number());
    if (bound > 0 ? std::fabs(actual.number() - expected.number()) <= bound
                  : document::equal(expected, actual))
      return {};
    std::string found = should_be(pointer, shown(expected), shown(actual));
    if (bound > 0) found += " (tolerance " + std::to_string(bound) + ")";
    return found;
  }
  if (expected.is_object() && actual.is_object())
    return compare_members(expected, actual, tolerance, pointer);
  if (expected.is_array() && actual.is_array()) return compare_elements(expected, actual, tolerance, pointer);
  return document::equal(expected, actual) ? std::string()
                                           : should_be(pointer, shown(expected), shown(actual));
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

std::string difference(Value expected, Value actual, const Tolerance& tolerance) {
  std::string pointer;
  return compare(expected, actual, tolerance, pointer);
}

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
    result.difference = difference(golden.response->root(), call.response.root(), golden.tolerance);
  return result;
}

}  // namespace slipway::model
