// The steps that bring a version to where it may take traffic: look at the bundle, try it in a process of its
// own, load it, warm it up, run its golden cases.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "lifecycle/gate_record.hpp"
#include "model/golden.hpp"
#include "model/overrides.hpp"
#include "model/version.hpp"
#include "worker/probe.hpp"

namespace slipway::lifecycle {

// A bundle that has been read; nothing of it has run.
struct Candidate {
  model::Bundle bundle;
  std::vector<model::GoldenCase> cases;  // those that may run as a gate; none before read_cases
  WarmUp warm_up;  // with the answered ones among them, or what has been kept of an earlier time
  std::string parameters = "{}";  // what the operator sets; see model/overrides.hpp
};

// Opens a bundle. Warnings about its schemas are logged. `known`: see model/bundle.hpp.  [control]
Result<Candidate> open_candidate(const std::filesystem::path& directory, const model::ParsedYaml& known = {});

// Reads its cases, and takes requests to warm up with from them.  [control]
Status read_cases(Candidate& candidate);

// As the operator wants it; his secrets are read now.  [control]
Status apply_overrides(const model::Overrides& overrides, Candidate& candidate);

// Runs the candidate once, from loading to unloading, in a sandboxed child (worker/probe.hpp): the error says
// what went wrong there. `plugin` is the copy that will be loaded here. How many threads of its own the model
// had.  [control]
Result<std::size_t> probe_candidate(const Candidate& candidate, const plugin::StoredLibrary& plugin,
                                    worker::ProbeOptions options);

// Calls the model until it is warm, within a bound: how long each call took, which is what `execution: auto`
// decides by.  [predict]
std::vector<Nanoseconds> warm_up(model::ModelVersion& version, const std::vector<std::string>& requests);

// All cases must pass, alone and in batches; the error names the first ten that do not.  [predict]
Status run_gate(model::ModelVersion& version, const std::vector<model::GoldenCase>& cases);

}  // namespace slipway::lifecycle
