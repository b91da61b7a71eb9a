#include "plugin/cache_upkeep.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "plugin/stored_library.hpp"

namespace slipway::plugin {
namespace {

constexpr std::size_t kDigits = 64;  // of a SHA-256

struct Found {
  std::string name;
  std::uint64_t bytes;
  Nanoseconds used;  // UTC
};

bool begins_with_digest(std::string_view name) {
  return name.size() > kDigits &&
         name.substr(0, kDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "<sha256>.so", "<sha256>-2.so"
bool is_copy(std::string_view name) {
  if (!begins_with_digest(name) || !name.ends_with(".so")) return false;
  const std::string_view between = name.substr(kDigits, name.size() - kDigits - 3);
  return between.empty() ||
         (between.starts_with('-') && between.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

// ".<copy's name>.PID.N.tmp"
bool is_draft(std::string_view name) {
  return name.starts_with('.') && begins_with_digest(name.substr(1)) && name.ends_with(".tmp");
}

std::vector<Found> find(DIR* folder, bool (*wanted)(std::string_view)) {
  std::vector<Found> all;
  ::rewinddir(folder);
  while (const dirent* const entry = ::readdir(folder)) {
    struct stat info {};
    if (!wanted(entry->d_name) ||
        ::fstatat(::dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
      continue;
    all.push_back({entry->d_name, static_cast<std::uint64_t>(info.st_size),
                   Nanoseconds{info.st_mtim.tv_sec} * kSecond + info.st_mtim.tv_nsec});
  }
  return all;
}

}  // namespace

CacheUpkeep tidy_cache(const std::filesystem::path& cache, const CacheLimits& limits) {
  CacheUpkeep done;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(cache.c_str()), &::closedir);
  if (folder == nullptr) return done;
  const Nanoseconds spared_from = utc_now() - limits.spared;
  const auto remove = [&](const Found& each) {
    if (::unlinkat(::dirfd(folder.get()), each.name.c_str(), 0) != 0) return;
    ++done.removed;
    done.bytes += each.bytes;
  };
  for (const Found& draft : find(folder.get(), &is_draft))
    if (draft.used < spared_from) remove(draft);

  std::vector<Found> copies = find(folder.get(), &is_copy);
  std::sort(copies.begin(), copies.end(), [](const Found& a, const Found& b) { return a.used > b.used; });
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  for (const Found& copy : copies) {  // the last used first
    ++count;
    bytes += copy.bytes;
    const bool fits = count <= limits.copies && bytes <= limits.bytes;
    if (!fits && copy.used < spared_from && !StoredLibrary::is_held(copy.name)) remove(copy);
  }
  return done;
}

}  // namespace slipway::plugin
