#include "lifecycle/bundle_copy.hpp"

#include <algorithm>

namespace slipway::lifecycle {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxManifestBytes = std::size_t{1} << 20;

}  // namespace

Status BundleCopy::begin_file(const std::string& path) {
  if (Status made = make_folders(path); !made) return made;
  Result<std::unique_ptr<NewFile>> file = files_.create(target_ / path);
  if (!file) return std::move(file).error();
  file_ = std::move(*file);
  current_ = {path, 0, {}};
  hash_.emplace();
  return {};
}

Status BundleCopy::bytes(std::string_view piece) {
  hash_->update(piece);
  current_.size += piece.size();
  if (current_.path == kManifestFile) {
    if (current_.size > kMaxManifestBytes)
      return Error(Code::limit_exceeded, (source_ / kManifestFile).string() + " is too large");
    manifest_text_ += piece;
  }
  return file_->write(piece);
}

Status BundleCopy::end_file() {
  current_.sha256 = to_hex(hash_->finish());
  if (kept_ == Kept::durably)
    if (Status synced = file_->sync(); !synced) return synced;
  file_.reset();
  copied_.push_back(current_);
  return current_.path == kManifestFile ? read_manifest() : Status();
}

Status BundleCopy::read_manifest() {
  Result<model::Manifest> manifest =
      model::parse_manifest(manifest_text_, (source_ / kManifestFile).string());
  if (!manifest) return std::move(manifest).error();
  manifest_ = std::move(*manifest);
  return {};
}

Status BundleCopy::finish() {
  if (!manifest_)
    return Error(Code::not_found, source_.string() + " has no model.yaml; a bundle is a folder with one");
  std::sort(copied_.begin(), copied_.end(),
            [](const LockedFile& a, const LockedFile& b) { return a.path < b.path; });
  if (kept_ == Kept::for_now) return {};
  for (const fs::path& folder : folders_)
    if (Status synced = files_.sync_folder(folder); !synced) return synced;
  return files_.sync_folder(target_);
}

BundleContents BundleCopy::contents() const {
  return contents_of(copied_);
}

std::uint64_t BundleCopy::size() const {
  return bytes_of(copied_);
}

Status BundleCopy::make_folders(const std::string& path) {
  for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    const fs::path folder = target_ / path.substr(0, end);
    if (!folders_.insert(folder).second) continue;
    if (Status made = files_.make_folder(folder); !made) return made;
  }
  return {};
}

}  // namespace slipway::lifecycle
