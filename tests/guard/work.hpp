// Pieces of the hot path, and the whole of it, each to be run again and again with the same input.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace slipway::guard {

class Work {
 public:
  virtual ~Work() = default;
  // One request. An answer that is not the right one ends the program.
  virtual void once() = 0;
};

// Those whose instructions are counted; and those besides whose allocations are.
const std::vector<std::string>& counted_work();
const std::vector<std::string>& other_work();

// `models`: the folder of the bundles that ship. Null: there is no work of this name.
std::unique_ptr<Work> make_work(const std::string& name, const std::filesystem::path& models);

}  // namespace slipway::guard
