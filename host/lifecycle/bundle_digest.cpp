#include "lifecycle/bundle_digest.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "lifecycle/bundle_contents.hpp"

namespace slipway::lifecycle {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDepth = 16;

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * kSecond + time.tv_nsec;
}

Status list_into(const fs::path& directory, const std::string& prefix, std::size_t depth,
                 std::vector<BundleFile>& files) {
  if (depth > kMostDepth)
    return Error(Code::limit_exceeded, directory.string() + ": folders are too deep inside each other");
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.')) continue;
    struct stat info {};
    if (::stat(at->path().c_str(), &info) != 0)
      return Error(Code::io, "cannot look at " + at->path().string() + ": " + system_message(errno));
    if (S_ISDIR(info.st_mode)) {
      if (Status listed = list_into(at->path(), prefix + name + "/", depth + 1, files); !listed)
        return listed;
      continue;
    }
    if (!S_ISREG(info.st_mode))
      return Error(Code::invalid_argument, at->path().string() + " is neither a file nor a folder");
    if (files.size() == kMostBundleFiles)
      return Error(Code::limit_exceeded, directory.string() + ": a bundle has at most " +
                                             std::to_string(kMostBundleFiles) + " files");
    files.push_back({prefix + name, static_cast<std::uint64_t>(info.st_size),
                     std::max(nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)), info.st_ino});
  }
  if (error) return Error(Code::io, "cannot read " + directory.string() + ": " + error.message());
  return {};
}

using Chunk = std::array<char, 64 * 1024>;

Result<Sha256> file_digest(const fs::path& path, Chunk& chunk) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return Error(Code::io, "cannot read " + path.string() + ": " + system_message(errno));
  Sha256Stream digest;
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(Code::io, "cannot read " + path.string() + ": " + system_message(errno));
    if (got == 0) return digest.finish();
    digest.update({chunk.data(), static_cast<std::size_t>(got)});
  }
}

}  // namespace

Result<std::vector<BundleFile>> list_bundle(const fs::path& directory) {
  std::vector<BundleFile> files;
  if (Status listed = list_into(directory, "", 0, files); !listed) return std::move(listed).error();
  std::sort(files.begin(), files.end(),
            [](const BundleFile& a, const BundleFile& b) { return a.path < b.path; });
  return files;
}

std::string fingerprint(const std::vector<BundleFile>& files) {
  Sha256Stream digest;
  for (const BundleFile& file : files)
    digest.update(file.path + '\0' + std::to_string(file.size) + ' ' + std::to_string(file.inode) + ' ' +
                  std::to_string(file.changed_ns) + '\n');
  return to_hex(digest.finish());
}

Result<std::string> bundle_digest(const fs::path& directory, const std::vector<BundleFile>& files) {
  const auto chunk = std::make_unique_for_overwrite<Chunk>();
  std::vector<HashedFile> hashed;
  for (const BundleFile& file : files) {
    const Result<Sha256> content = file_digest(directory / file.path, *chunk);
    if (!content) return content.error();
    hashed.push_back({file.path, to_hex(*content)});
  }
  return BundleContents(std::move(hashed)).digest();
}

}  // namespace slipway::lifecycle
