// Requests to try a model with: those of its golden cases, and others made up from its request schema.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/golden.hpp"

namespace slipway::model {

struct SampleOptions {
  std::size_t golden = 20;   // at most so many of the cases that are answered
  std::size_t made_up = 20;  // and so many that the schema suggests; fewer where it has no more
  std::uint64_t seed = 1;    // of those; the same seed makes the same ones
};

// JSON texts that the request schema accepts, no two alike.
std::vector<std::string> sample_requests(const Bundle& bundle, const std::vector<GoldenCase>& cases,
                                         const SampleOptions& options);

}  // namespace slipway::model
