// The model that `slipway test` is about: its bundle, what its author says of it, and the model itself, asked
// in a process of its own.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "authoring/child_predictor.hpp"
#include "authoring/data_set.hpp"
#include "base/result.hpp"
#include "model/golden.hpp"
#include "model/version.hpp"

namespace slipway::authoring {

// A bundle that has been read; nothing of it has run.
struct TestSubject {
  model::Bundle bundle;
  plugin::StoredLibrary stored;
  std::vector<model::GoldenCase> cases;  // all; model::may_gate says which may run
  std::vector<DataSet> data_sets;
  std::filesystem::path program = "/proc/self/exe";  // whose children run the model

  static Result<TestSubject> open(const std::filesystem::path& directory, const std::filesystem::path& cache);

  // Why more than its golden cases would say nothing about the model: it needs what only an operator can
  // grant. Empty: it does not.
  std::string why_not_tried() const;
  // A line for a shell that sends `request` to the model; empty where that would be too long.
  std::string predict_command(std::string_view request) const;
};

struct Answer {
  model::Outcome outcome = model::Outcome::cancelled;
  Survival survival = Survival::lived;
  std::string text;                           // what went wrong, in words; or the response's JSON text
  std::string pointer;                        // of what the model refuses
  std::vector<schema::Violation> violations;  // of the outcomes about schemas
};

// One thread at a time.
class TestedModel {
 public:
  // How long a call may take beyond the manifest's timeout before it counts as one that never returns.
  static constexpr Nanoseconds kPatience = 2 * kSecond;

  // Loads and creates the model, in its process. `subject` outlives it.
  static Result<TestedModel> start(const TestSubject& subject);

  model::CaseResult run(const model::GoldenCase& golden) { return model::run_case(*version_, golden); }
  Answer ask(std::string_view request);
  // Of the last answer, as long as no other is asked for; only where there is one.
  const document::Document& response() const { return call_->response; }

 private:
  TestedModel(std::unique_ptr<model::ModelVersion> version, ChildPredictor& predictor);

  std::unique_ptr<model::ModelVersion> version_;
  ChildPredictor* predictor_;
  std::unique_ptr<model::Call> call_;
};

}  // namespace slipway::authoring
