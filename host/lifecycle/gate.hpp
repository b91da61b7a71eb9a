// Brings one version to where it may take traffic: opened, loaded, created, its golden cases passed, warmed
// up.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/golden.hpp"
#include "model/version.hpp"

namespace slipway::lifecycle {

struct GatedVersion {
  std::unique_ptr<model::ModelVersion> version;
  std::size_t cases = 0;                   // golden cases, all passed
  std::vector<Nanoseconds> predict_times;  // of warm calls: what `execution: auto` decides by
};

// The error says which step refused the version, and why; of failed cases it names the first ten.  [control]
Result<GatedVersion> open_gated(const std::filesystem::path& bundle, const std::filesystem::path& cache);

// The cases that may run as a gate: all of a model without effects, else those marked safe.
std::vector<const model::GoldenCase*> gate_cases(const model::Manifest& manifest,
                                                 const std::vector<model::GoldenCase>& cases);

}  // namespace slipway::lifecycle
