#include "authoring/tested_model.hpp"

#include "model/inference.hpp"

namespace slipway::authoring {
namespace {

constexpr std::size_t kMostCommand = 600;  // bytes of a request that a person may want in a shell

Result<model::Bundle> open_absolute(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::canonical(directory, error);
  return model::open_bundle(error ? directory : whole);
}

}  // namespace

Result<TestSubject> TestSubject::open(const std::filesystem::path& directory,
                                      const std::filesystem::path& cache) {
  Result<model::Bundle> bundle = open_absolute(directory);
  if (!bundle) return std::move(bundle).error();
  Result<std::vector<model::GoldenCase>> cases = model::read_cases(*bundle);
  if (!cases) return std::move(cases).error();
  Result<std::vector<DataSet>> sets = read_data_sets(*bundle);
  if (!sets) return std::move(sets).error();
  Result<plugin::StoredLibrary> stored = model::ModelVersion::store_plugin(*bundle, cache);
  if (!stored) return std::move(stored).error();
  return TestSubject{std::move(*bundle), std::move(*stored), std::move(*cases), std::move(*sets)};
}

std::string TestSubject::why_not_tried() const {
  const model::Manifest& manifest = bundle.manifest;
  if (!manifest.needs_network && !manifest.needs_files) return {};
  return "the model needs " + std::string(manifest.needs_network ? "network" : "files") +
         ", which only an operator can grant";
}

std::string TestSubject::predict_command(std::string_view request) const {
  if (request.size() > kMostCommand) return {};
  std::string quoted;
  for (const char c : request) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "slipway predict " + bundle.directory.string() + " <<< '" + quoted + "'";
}

TestedModel::TestedModel(std::unique_ptr<model::ModelVersion> version, ChildPredictor& predictor)
    : version_(std::move(version)),
      predictor_(&predictor),
      call_(std::make_unique<model::Call>(document::Limits())) {}

Result<TestedModel> TestedModel::start(const TestSubject& subject) {
  Result<model::Bundle> bundle = model::open_bundle(subject.bundle.directory);
  if (!bundle) return std::move(bundle).error();
  ChildPredictor* predictor = nullptr;
  auto version = model::ModelVersion::with_predictor(
      std::move(*bundle), subject.stored.digest(),
      [&](const model::Bundle& kept) -> Result<std::unique_ptr<model::Predictor>> {
        auto made = std::make_unique<ChildPredictor>(kept, subject.stored, subject.program);
        predictor = made.get();
        return std::unique_ptr<model::Predictor>(std::move(made));
      });
  if (!version) return std::move(version).error();
  if (Status created = (*version)->create(); !created) return std::move(created).error();
  return TestedModel(std::move(*version), *predictor);
}

Answer TestedModel::ask(std::string_view request) {
  PaddedBuffer body(request);
  PaddedBuffer out;
  call_->error = Error(Code::internal, "");
  call_->violations.clear();
  call_->request_id = "slipway-test";
  (void)predictor_->ensure_process();  // which is no part of the call's time; if it fails, the call says so
  call_->deadline = monotonic_now() + version_->manifest().limits.timeout + kPatience;
  model::infer(*version_, *call_, body, out);
  Answer answer{call_->outcome, Survival::lived, call_->error.message, call_->error.pointer,
                call_->violations};
  if (answer.outcome == model::Outcome::answered) answer.text = out.view();
  const bool reached_the_model =
      answer.outcome == model::Outcome::unavailable || answer.outcome == model::Outcome::timed_out;
  if (reached_the_model) answer.survival = predictor_->survival();
  return answer;
}

}  // namespace slipway::authoring
