// A packed bundle as the folder that it was made of, for as long as somebody looks at it.
#pragma once

#include <filesystem>
#include <utility>

#include "base/result.hpp"
#include "lifecycle/bundle_copy.hpp"
#include "lifecycle/packed_bundle.hpp"

namespace slipway::lifecycle {

// A private folder (0700) among the system's temporary ones, gone with the object.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

struct UnpackedBundle {
  TemporaryFolder folder;
  std::filesystem::path directory;  // in `folder`: the bundle, verified
  PackedBundle packed;
};

// Verified, with a manifest that is about the same version as the lock. When this fails, what is in the copy
// is worth nothing.
Result<PackedBundle> unpack_into(BundleCopy& copy, const std::filesystem::path& file);

Result<UnpackedBundle> unpack(const std::filesystem::path& file);

}  // namespace slipway::lifecycle
