// A folder of bundles as the source of what is served: DIR/NAME/ or DIR/NAME/VERSION/. What changes there is
// brought into service; the highest release version of a model is its stable one.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "lifecycle/bundle_digest.hpp"
#include "lifecycle/deployer.hpp"
#include "lifecycle/reaper.hpp"

namespace slipway::lifecycle {

// The folders below `directory` that hold a model.yaml, sorted; hidden ones are passed over.
Result<std::vector<std::filesystem::path>> find_bundles(const std::filesystem::path& directory);

struct FolderOptions {
  // A bundle counts when nothing of it has changed for so long: one that is still being copied does not.
  Nanoseconds settle = 200 * kMillisecond;
  // A bundle that has gone is served for so long, in case it comes back or another takes its place.
  Nanoseconds grace = 10 * kSecond;
  // Bringing a version in runs where a core has nothing else to do (base/give_way.hpp).
  bool gives_way = true;
};

struct FolderReport {
  std::size_t served = 0;   // models
  std::size_t refused = 0;  // bundles that are there and are not served; each is in the log, with why
};

// One thread at a time.  [control]
class Folder {
 public:
  Folder(std::filesystem::path directory, FolderOptions options, Catalog& catalog, Deployer& deployer,
         Reaper& reaper);

  // Compares the folder with what is served, and brings in and takes out what differs. A bundle that fails
  // is logged and leaves what is served as it is; it is tried again when it changes. Returns when to look
  // again although nothing changes (CLOCK_MONOTONIC; 0: no need). The error: the folder cannot be read.
  Result<Nanoseconds> scan();

  const std::filesystem::path& directory() const { return directory_; }
  FolderReport report() const;
  const FolderOptions& options() const { return options_; }

 private:
  // One bundle's folder.
  struct Place {
    std::string seen;            // its fingerprint at the last look
    Nanoseconds seen_since = 0;  // and since when it has been this
    std::string tried;           // the fingerprint that was deployed, or refused
    std::string digest;          // of what is served from here
    Deployer::Deployed served;   // id 0: nothing
    Nanoseconds gone_since = 0;  // 0: it is there
    bool refused = false;
  };

  Nanoseconds look_at(const std::filesystem::path& bundle, Place& place);
  void refuse(const std::filesystem::path& bundle, Place& place, const Error& error);
  void bring_in(const std::filesystem::path& bundle, Place& place, const std::vector<BundleFile>& files);
  bool is_taken(const Place& place, const Deployer::Deployed& deployed) const;
  void take_out(Place& place);
  void choose_stable(const std::string& model);

  const std::filesystem::path directory_;
  const FolderOptions options_;
  Catalog& catalog_;
  Deployer& deployer_;
  Reaper& reaper_;
  std::map<std::filesystem::path, Place> places_;
};

}  // namespace slipway::lifecycle
