// The rows of a data set as requests.
#pragma once

#include <string>
#include <vector>

#include "authoring/data_set.hpp"
#include "base/result.hpp"
#include "model/bundle.hpp"

namespace slipway::authoring {

struct DataRow {
  std::string place;    // "tests/held-out.csv:17"
  std::string request;  // JSON text
  std::string target;   // the true value; what it says, without quotes
};

// Reads the file. A CSV's cell becomes what the request schema wants at its place: a number, a boolean or a
// text; an empty cell leaves its member out. Errors name file and line, and say what to mend.
Result<std::vector<DataRow>> read_rows(const model::Bundle& bundle, const DataSet& set);

}  // namespace slipway::authoring
