// The store: the host's own copies of published bundles, each in a folder named by what is in it, and the
// ledger. Once a version is published its bytes are what was hashed then, whatever happens to their source.
//
//   STORE/lock                        held by the one process that has the store open
//   STORE/ledger.db                   which versions there are, labels, history
//   STORE/bundles/DIGEST/contents     the bundle's files; the list's own SHA-256 is DIGEST
//   STORE/bundles/DIGEST/bundle/...   the files, 0444
//   STORE/staging/                    on the way in or out; emptied when the store is opened
//   STORE/quarantine/                 what repair has moved aside
//
// A version exists when the ledger says so. What comes is durable on disk before the ledger speaks of it,
// what goes is gone from the ledger before it is touched: a crash at any point leaves at worst a folder that
// the ledger does not know, which garbage collection removes.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file_system.hpp"
#include "base/result.hpp"
#include "lifecycle/bundle_contents.hpp"
#include "lifecycle/ledger.hpp"

namespace slipway::lifecycle {

struct StoredBundle {
  PublishedVersion published;
  std::filesystem::path directory;  // the bundle, to be read only
  BundleContents contents;          // what its files were found to be
};

// A folder in the store's staging, removed with the object unless it was moved away.
class StagingFolder {
 public:
  StagingFolder(FileSystem& files, std::filesystem::path path) : files_(&files), path_(std::move(path)) {}
  StagingFolder(StagingFolder&& other) noexcept
      : files_(other.files_), path_(std::exchange(other.path_, {})) {}
  StagingFolder& operator=(StagingFolder&&) = delete;
  ~StagingFolder();

  const std::filesystem::path& path() const { return path_; }
  Status move_to(const std::filesystem::path& target);

 private:
  FileSystem* files_;
  std::filesystem::path path_;
};

// A bundle in staging: durable, but nobody's yet. What else there is to check is checked now: a version
// number is spent for good once it is published.
struct StagedBundle {
  StagingFolder folder;
  std::filesystem::path directory;  // the bundle
  std::string model;
  std::string version;
  BundleContents contents;
  std::uint64_t bytes = 0;
};

struct Publication {
  enum class Effect {
    added,      // the version is new
    unchanged,  // it was there, with these very bytes
    restored,   // likewise, but it was damaged or collected
  };
  PublishedVersion version;
  Effect effect = Effect::added;
};

// stage() may run in any thread; everything else in one thread at a time.  [control]
class Store {
 public:
  // Makes the store if it is not there. Refuses one that another process has open, or that others can write
  // to.
  static Result<std::unique_ptr<Store>> open(FileSystem& files, const std::filesystem::path& root);

  // Copies the files of a bundle, a folder (see bundle_source.hpp) or packed (packed_bundle.hpp), hashing
  // what is copied. One bundle has the same contents either way.
  Result<StagedBundle> stage(const std::filesystem::path& source);

  // Makes a staged bundle a version. The same version with the same bytes is success again, and heals one
  // that was damaged or collected; with other bytes it is refused, naming the files that differ.
  Result<Publication> publish(StagedBundle staged, const std::string& by);

  // The version's bundle with every file hashed: what comes back is what was published.
  Result<StoredBundle> bundle(const std::string& model, const std::string& version);

  // Lets another process open the store. Until reclaim() has succeeded nothing else may be asked of this
  // object.
  void release();
  Status reclaim();
  bool is_held() const { return ledger_.has_value(); }

  Ledger& ledger() { return *ledger_; }
  FileSystem& files() { return files_; }
  std::filesystem::path bundles_folder() const { return root_ / "bundles"; }
  std::filesystem::path quarantine_folder() const { return root_ / "quarantine"; }

  // Moves a folder of the store to staging, where it is removed; what is cut short is ended when the store is
  // opened next.
  Status discard(const std::filesystem::path& folder);

 private:
  Store(FileSystem& files, std::filesystem::path root) : files_(files), root_(std::move(root)) {}
  StagingFolder new_staging_folder();
  Error taken(const PublishedVersion& present, const StagedBundle& staged);

  FileSystem& files_;
  std::filesystem::path root_;
  std::unique_ptr<FolderLock> lock_;
  std::optional<Ledger> ledger_;
  std::atomic<unsigned> staged_ = 0;
};

// Hashes what is in a folder of `bundles`: the contents if they are what `digest` names, else what is wrong.
Result<BundleContents> read_contents(FileSystem& files, const std::filesystem::path& folder,
                                     const std::string& digest);

}  // namespace slipway::lifecycle
