// The golden cases of a bundle (tests/*.yaml, schemas/cases.yaml): requests and what must come back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/document.hpp"
#include "model/call.hpp"
#include "model/difference.hpp"
#include "model/tolerance.hpp"
#include "model/version.hpp"

namespace slipway::model {

struct ExpectedError {
  int status = 0;
  std::optional<std::string> pointer;
  std::optional<std::string> keyword;
};

struct GoldenCase {
  std::string name;
  std::string place;    // file:line:column
  std::string request;  // JSON text
  std::optional<document::Document> response;
  std::optional<ExpectedError> error;
  Tolerance tolerance;
  bool safe = false;
};

struct CaseResult {
  const GoldenCase* golden = nullptr;
  std::string difference;  // what is not as expected; empty: the case passed
  Nanoseconds predict_time = 0;

  bool passed() const { return difference.empty(); }
};

// The cases of all tests/*.yaml files, in the order of the files' names; none when there is no such folder.
Result<std::vector<GoldenCase>> read_cases(const Bundle& bundle);

// Whether a case may run as a gate: each of a model without effects, else those marked safe.
bool may_gate(const Manifest& manifest, const GoldenCase& golden);

// Runs one case through infer(), with time enough for a cold start.  [predict]
CaseResult run_case(ModelVersion& version, const GoldenCase& golden);

// Likewise a request (JSON text) whose answer does not matter: how long the model took.  [predict]
Nanoseconds time_request(ModelVersion& version, std::string_view request);

// Runs them together, in batches of the size that the manifest wants, of a version that batches: each must
// come to what is expected of it alone. The error names the first ten that do not. `before_each` batch is
// called, and ends it where it fails.  [predict]
Status run_in_batches(
    ModelVersion& version, const std::vector<GoldenCase>& cases,
    const std::function<Status()>& before_each = [] { return Status(); });

}  // namespace slipway::model
