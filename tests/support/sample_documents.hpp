// The documents that speed and allocations are measured with, each with its schema.
#pragma once

#include <string>
#include <vector>

namespace slipway::testing {

struct Sample {
  std::string name;
  std::string schema;
  std::string text;
};

// The request of the model identity-match (where `plugins`, the folder of the shipped models, has it), a flat
// object of 1,000 members, 60 objects inside each other, and 100,000 doubles.
std::vector<Sample> sample_documents(const std::string& plugins);

}  // namespace slipway::testing
