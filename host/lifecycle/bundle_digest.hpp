// What identifies a bundle: every file in it, by content; and, much cheaper, whether any may have changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace slipway::lifecycle {

constexpr std::size_t kMostBundleFiles = 10'000;

struct BundleFile {
  std::string path;  // relative to the bundle, with `/`
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;  // the later of its mtime and ctime, nanoseconds since 1970
  std::uint64_t inode = 0;
};

// The regular files of a bundle, sorted by path; hidden files and folders are passed over. Anything else in
// it (a link that leads nowhere, a socket) is an error, and so are more than kMostBundleFiles.
Result<std::vector<BundleFile>> list_bundle(const std::filesystem::path& directory);

// Of the files' paths, sizes, inodes and times: as long as it is the same, the bundle is.
std::string fingerprint(const std::vector<BundleFile>& files);

// The digest of its BundleContents: the same that the store knows the bundle by.
Result<std::string> bundle_digest(const std::filesystem::path& directory,
                                  const std::vector<BundleFile>& files);

}  // namespace slipway::lifecycle
