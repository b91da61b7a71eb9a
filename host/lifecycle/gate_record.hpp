// Which bundles have passed their probe and their gates in this build of the host: what has is not tried
// again, so that a restart is quick.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/parsed_yaml.hpp"

namespace slipway::lifecycle {

// What a bundle is warmed up with, kept so that a restart need not read all of its cases.
struct WarmUp {
  std::size_t cases = 0;              // golden cases that it was gated with
  std::vector<std::string> requests;  // JSON texts of some that are answered
};

// What a restart need not read again of a bundle that has passed.
struct Remembered {
  WarmUp warm_up;
  model::ParsedYaml parsed;  // nothing where reading it gave warnings, which are to be heard again
};

// Files in the folder `gated` of the cache, named by what has passed, which are empty, or by a bundle, which
// hold what is Remembered of it. Where the cache is of no use, or the program has no build ID, nothing is
// remembered. One thread at a time.  [control]
class GateRecord {
 public:
  static constexpr std::size_t kMostKept = 4096;  // the last used

  // `build`: of the host; see base/build_id.hpp.
  GateRecord(const std::filesystem::path& cache, std::string build);

  // `what`: everything that the outcome depends on besides the host's build.
  bool has_passed(std::string_view what) const;
  void note_passed(std::string_view what) const;

  // Of the bundle with a digest.
  std::optional<Remembered> remembered(std::string_view digest) const;
  void remember(std::string_view digest, const Remembered& bundle) const;

 private:
  std::filesystem::path file_of(std::string_view what) const;
  void drop_oldest() const;

  std::filesystem::path folder_;  // empty: nothing is remembered
  std::string build_;
};

}  // namespace slipway::lifecycle
