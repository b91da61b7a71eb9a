#include "lifecycle/unpacked_bundle.hpp"

#include <stdlib.h>

#include <cerrno>

#include "base/file.hpp"
#include "base/file_system.hpp"

namespace slipway::lifecycle {

namespace fs = std::filesystem;

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) return Error(Code::io, "there is no folder for temporary files: " + error.message());
  std::string name = (parent / "slipway-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    return Error(Code::io, "cannot make a folder in " + parent.string() + ": " + system_message(errno));
  return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
  // Nothing is lost if it stays.
  if (!path_.empty()) (void)remove_tree(real_file_system(), path_);
}

Result<PackedBundle> unpack_into(BundleCopy& copy, const fs::path& file) {
  Result<FileInput> input = FileInput::open(file);
  if (!input) return std::move(input).error();
  Result<PackedBundle> packed = read_packed(*input, copy);
  if (!packed) return std::move(packed).error().within(file.string());
  if (Status finished = copy.finish(); !finished) return std::move(finished).error();
  const model::Manifest& manifest = copy.manifest();
  if (packed->lock.name != manifest.name || packed->lock.version != manifest.version.text())
    return Error(Code::invalid_argument, file.string() + ": the lock is about " + packed->lock.name + " " +
                                             packed->lock.version + ", the manifest about " + manifest.name +
                                             " " + manifest.version.text());
  return packed;
}

Result<UnpackedBundle> unpack(const fs::path& file) {
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder) return std::move(folder).error();
  const fs::path directory = folder->path() / "bundle";
  if (Status made = real_file_system().make_folder(directory); !made) return std::move(made).error();
  BundleCopy copy(real_file_system(), directory, file, BundleCopy::Kept::for_now);
  Result<PackedBundle> packed = unpack_into(copy, file);
  if (!packed) return std::move(packed).error();
  return UnpackedBundle{std::move(*folder), directory, std::move(*packed)};
}

}  // namespace slipway::lifecycle
