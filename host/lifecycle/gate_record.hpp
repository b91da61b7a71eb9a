// Which bundles have passed their probe and their gates in this build of the host: what has is not tried
// again, so that a restart is quick.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace slipway::lifecycle {

// Empty files in the folder `gated` of the cache, named by what has passed. Where the cache is of no use, or
// the program has no build ID, nothing is remembered. One thread at a time.  [control]
class GateRecord {
 public:
  static constexpr std::size_t kMostKept = 4096;  // the last used

  // `build`: of the host; see base/build_id.hpp.
  GateRecord(const std::filesystem::path& cache, std::string build);

  // `what`: everything that the outcome depends on besides the host's build.
  bool has_passed(std::string_view what) const;
  void note_passed(std::string_view what) const;

 private:
  std::filesystem::path file_of(std::string_view what) const;
  void drop_oldest() const;

  std::filesystem::path folder_;  // empty: nothing is remembered
  std::string build_;
};

}  // namespace slipway::lifecycle
