#include "lifecycle/gate.hpp"

#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

constexpr std::size_t kMostFailuresNamed = 10;
// Enough for a p99, within a start-up that nobody notices.
constexpr std::size_t kWarmCalls = 100;
constexpr Nanoseconds kWarmTime = 50 * kMillisecond;

Status run_gate(model::ModelVersion& version, const std::vector<const model::GoldenCase*>& cases) {
  std::string failures;
  std::size_t failed = 0;
  for (const model::GoldenCase* const golden : cases) {
    const model::CaseResult result = model::run_case(version, *golden);
    if (result.passed()) continue;
    if (++failed <= kMostFailuresNamed)
      failures += "\n" + golden->place + ": case \"" + golden->name + "\": " + result.difference;
  }
  if (failed == 0) return {};
  return Error(Code::failed_precondition, std::to_string(failed) + " of " + std::to_string(cases.size()) +
                                              " golden cases failed:" + failures);
}

std::vector<Nanoseconds> warm_up(model::ModelVersion& version,
                                 const std::vector<const model::GoldenCase*>& cases) {
  std::vector<Nanoseconds> times;
  const Nanoseconds end = monotonic_now() + kWarmTime;
  while (times.size() < kWarmCalls && monotonic_now() < end) {
    const std::size_t before = times.size();
    for (const model::GoldenCase* const golden : cases) {
      if (!golden->response) continue;
      times.push_back(model::run_case(version, *golden).predict_time);
      if (times.size() == kWarmCalls || monotonic_now() > end) break;
    }
    if (times.size() == before) break;  // no case is answered: nothing to warm up with
  }
  return times;
}

}  // namespace

std::vector<const model::GoldenCase*> gate_cases(const model::Manifest& manifest,
                                                 const std::vector<model::GoldenCase>& cases) {
  std::vector<const model::GoldenCase*> chosen;
  for (const model::GoldenCase& golden : cases)
    if (manifest.effects == model::Effects::none || golden.safe) chosen.push_back(&golden);
  return chosen;
}

Result<GatedVersion> open_gated(const std::filesystem::path& directory, const std::filesystem::path& cache) {
  Result<model::Bundle> bundle = model::open_bundle(directory);
  if (!bundle) return std::move(bundle).error();
  for (const std::string& warning : bundle->warnings)
    telemetry::log(telemetry::Level::warning, warning, {{"model", bundle->manifest.name}});
  const Result<std::vector<model::GoldenCase>> cases = model::read_cases(*bundle);
  if (!cases) return cases.error();
  Result<std::unique_ptr<model::ModelVersion>> version = model::ModelVersion::load(std::move(*bundle), cache);
  if (!version) return std::move(version).error();
  const std::vector<const model::GoldenCase*> chosen = gate_cases((*version)->manifest(), *cases);
  if (Status passed = run_gate(**version, chosen); !passed) return std::move(passed).error();
  GatedVersion gated;
  gated.predict_times = warm_up(**version, chosen);
  gated.version = std::move(*version);
  gated.cases = chosen.size();
  return gated;
}

}  // namespace slipway::lifecycle
