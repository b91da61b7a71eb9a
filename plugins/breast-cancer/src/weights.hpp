// The trained weights and the file they come from. Text, one entry a line:
//
//   breast-cancer-weights 1
//   intercept NUMBER
//   feature NAME MEAN SCALE WEIGHT
//
// Empty lines and lines that start with # are skipped.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace breast_cancer {

struct Feature {
  std::string name;  // of the request's member
  double mean;       // over the training data, like `scale`
  double scale;      // standard deviation, above 0
  double weight;
};

struct Weights {
  double intercept = 0;
  std::vector<Feature> features;
};

// Throws std::runtime_error with the line at fault. `file` is only for that message.
Weights read_weights(std::istream& in, const std::string& file);

}  // namespace breast_cancer
