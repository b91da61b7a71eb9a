#include "lifecycle/gate.hpp"

#include <algorithm>
#include <utility>

#include "base/give_way.hpp"
#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

constexpr std::size_t kMostFailuresNamed = 10;
// Enough for a p99, within a start-up that nobody notices.
constexpr std::size_t kWarmCalls = 100;
constexpr Nanoseconds kWarmTime = 50 * kMillisecond;
// Of the cases' requests: a restart reads them instead of all the cases.
constexpr std::size_t kWarmRequests = 20;
constexpr std::size_t kWarmBytes = 256 * 1024;

}  // namespace

Result<Candidate> open_candidate(const std::filesystem::path& directory, const model::ParsedYaml& known) {
  Result<model::Bundle> bundle = model::open_bundle(directory, known);
  if (!bundle) return std::move(bundle).error();
  for (const std::string& warning : bundle->warnings)
    telemetry::log(telemetry::Level::warning, warning, {{"model", bundle->manifest.name}});
  return Candidate{std::move(*bundle), {}, {}};
}

Status read_cases(Candidate& candidate) {
  Result<std::vector<model::GoldenCase>> cases = model::read_cases(candidate.bundle);
  if (!cases) return std::move(cases).error();
  candidate.cases = std::move(*cases);
  std::erase_if(candidate.cases, [&](const model::GoldenCase& golden) {
    return !model::may_gate(candidate.bundle.manifest, golden);
  });
  candidate.warm_up = {candidate.cases.size(), {}};
  std::size_t bytes = 0;
  for (const model::GoldenCase& golden : candidate.cases) {
    if (!golden.response) continue;
    bytes += golden.request.size();
    if (candidate.warm_up.requests.size() == kWarmRequests || bytes > kWarmBytes) break;
    candidate.warm_up.requests.push_back(golden.request);
  }
  return {};
}

Status apply_overrides(const model::Overrides& overrides, Candidate& candidate) {
  Result<std::string> parameters = model::parameters_with_secrets(overrides);
  if (!parameters) return std::move(parameters).error();
  candidate.parameters = std::move(*parameters);
  model::apply(overrides, candidate.bundle.manifest);
  return model::apply_parameters(candidate.parameters, candidate.bundle.manifest);
}

Result<std::size_t> probe_candidate(const Candidate& candidate, const plugin::StoredLibrary& plugin,
                                    worker::ProbeOptions options) {
  options.parameters = candidate.parameters;
  const Result<worker::ProbeReport> report = worker::probe(candidate.bundle, plugin, options);
  if (!report) return report.error();
  const model::Manifest& manifest = candidate.bundle.manifest;
  telemetry::log(telemetry::Level::debug, "probed in a process of its own",
                 {{"model", manifest.name},
                  {"version", manifest.version.text()},
                  {"ms", static_cast<double>(report->took) / static_cast<double>(kMillisecond)},
                  {"sandbox", report->sandbox},
                  {"sandbox_missing", report->sandbox_missing}});
  if (!report->pinned_by.empty())
    telemetry::log(
        telemetry::Level::warning, "the plugin will stay in memory when it is unloaded",
        {{"model", manifest.name}, {"version", manifest.version.text()}, {"why", report->pinned_by}});
  if (Status passed = worker::all_passed(*report); !passed) return std::move(passed).error();
  return report->threads;
}

std::vector<Nanoseconds> warm_up(model::ModelVersion& version, const std::vector<std::string>& requests) {
  std::vector<Nanoseconds> times;
  const Nanoseconds end = monotonic_now() + kWarmTime;
  const CoreWait wait("/proc/thread-self");
  Nanoseconds waited = wait.so_far();
  while (!requests.empty() && times.size() < kWarmCalls && monotonic_now() < end) {
    for (const std::string& request : requests) {
      // A thread that gives way may lose its core amid a call, which says nothing about the model.
      const Nanoseconds took = model::time_request(version, request);
      const Nanoseconds waited_before = std::exchange(waited, wait.so_far());
      times.push_back(std::max<Nanoseconds>(0, took - (waited - waited_before)));
      if (times.size() == kWarmCalls || monotonic_now() > end) break;
    }
  }
  return times;
}

Status run_gate(model::ModelVersion& version, const std::vector<model::GoldenCase>& cases) {
  std::string failures;
  std::size_t failed = 0;
  for (const model::GoldenCase& golden : cases) {
    const model::CaseResult result = model::run_case(version, golden);
    if (result.passed()) continue;
    if (++failed <= kMostFailuresNamed)
      failures += "\n" + golden.place + ": case \"" + golden.name + "\": " + result.difference;
  }
  if (failed == 0) return model::run_in_batches(version, cases);
  return Error(Code::failed_precondition, std::to_string(failed) + " of " + std::to_string(cases.size()) +
                                              " golden cases failed:" + failures);
}

}  // namespace slipway::lifecycle
