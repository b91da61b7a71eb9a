// The data sets of a bundle: what tests/*.yaml says of them under `data` (schemas/cases.yaml).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "authoring/metrics.hpp"
#include "base/result.hpp"
#include "model/bundle.hpp"

namespace slipway::authoring {

struct MetricBound {
  const Metric* metric = nullptr;
  std::optional<double> at_least;
  std::optional<double> at_most;
};

struct DataSet {
  struct Column {
    std::string name;
    std::string pointer;  // of the request's member; empty: the whole request
  };

  std::string name;
  std::string place;            // file:line:column
  std::string file;             // relative to the bundle
  std::vector<Column> columns;  // empty: each column but the target is the member of its name
  std::string target;           // the column of the true value
  std::string prediction;       // pointers into the response
  std::optional<std::string> score;
  std::string positive;  // the positive label; empty: there is none
  std::vector<MetricBound> bounds;
};

// In the order of the files' names. What the schema of the files cannot say is checked here, too; the error
// has file, line and column.
Result<std::vector<DataSet>> read_data_sets(const model::Bundle& bundle);

}  // namespace slipway::authoring
