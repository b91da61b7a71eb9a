// A copy of a bundle, in a folder of its own: the bytes that are hashed are the bytes that are written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/file_system.hpp"
#include "lifecycle/bundle_lock.hpp"
#include "lifecycle/bundle_visitor.hpp"
#include "model/manifest.hpp"

namespace slipway::lifecycle {

constexpr const char* kManifestFile = "model.yaml";

// Not thread-safe.
class BundleCopy : public BundleVisitor {
 public:
  enum class Kept { durably, for_now };  // `durably`: after finish(), a power cut takes nothing away

  // Into `target`, a folder that is empty. `source` names the bundle in messages.
  BundleCopy(FileSystem& files, std::filesystem::path target, std::filesystem::path source, Kept kept)
      : files_(files), target_(std::move(target)), source_(std::move(source)), kept_(kept) {}

  Status begin_file(const std::string& path) override;
  Status bytes(std::string_view piece) override;
  Status end_file() override;  // refuses a manifest that is wrong

  // After the last file. Refuses a bundle without a manifest.
  Status finish();

  // What was copied, once it is finished.
  const model::Manifest& manifest() const { return *manifest_; }
  const std::vector<LockedFile>& copied() const { return copied_; }  // sorted by path
  BundleContents contents() const;
  std::uint64_t size() const;  // bytes of all files

 private:
  Status make_folders(const std::string& path);
  Status read_manifest();

  FileSystem& files_;
  const std::filesystem::path target_;
  const std::filesystem::path source_;
  const Kept kept_;
  std::set<std::filesystem::path> folders_;
  std::vector<LockedFile> copied_;
  std::optional<model::Manifest> manifest_;

  // Of the file that is being copied.
  LockedFile current_;
  std::unique_ptr<NewFile> file_;
  std::optional<Sha256Stream> hash_;
  std::string manifest_text_;
};

}  // namespace slipway::lifecycle
