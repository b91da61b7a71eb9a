// A table for a terminal: columns as wide as they need to be, and none that is empty in every row.
#pragma once

#include <string>
#include <vector>

namespace slipway::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  // To standard output.
  void print() const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace slipway::cli
