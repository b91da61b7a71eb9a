// Numbers by name, from a CSV file with the header `feature,weight`.
#pragma once

#include <charconv>
#include <istream>
#include <map>
#include <stdexcept>
#include <string>

namespace @plugin@ {

class Weights {
 public:
  explicit Weights(std::istream&& file) {
    std::string line;
    std::getline(file, line);
    if (line != "feature,weight") throw std::runtime_error("weights.csv: the header is not \"feature,weight\"");
    for (int number = 2; std::getline(file, line); ++number) {
      const std::size_t comma = line.find(',');
      double value = 0;
      const char* const end = line.data() + line.size();
      // from_chars, since what the locale says of decimal points must not matter.
      if (comma == line.npos || std::from_chars(line.data() + comma + 1, end, value).ptr != end)
        throw std::runtime_error("weights.csv, line " + std::to_string(number) + ": not `feature,weight`");
      values_[line.substr(0, comma)] = value;
    }
  }

  double at(const std::string& feature) const {
    const auto found = values_.find(feature);
    if (found == values_.end()) throw std::runtime_error("weights.csv has no weight for " + feature);
    return found->second;
  }
  double value_or(const std::string& feature, double otherwise) const {
    const auto found = values_.find(feature);
    return found == values_.end() ? otherwise : found->second;
  }

 private:
  std::map<std::string, double> values_;
};

}  // namespace @plugin@
