#include "lifecycle/gate_record.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/unique_fd.hpp"
#include "plugin/private_folder.hpp"

namespace slipway::lifecycle {

namespace fs = std::filesystem;

GateRecord::GateRecord(const fs::path& cache, std::string build) : build_(std::move(build)) {
  // Only the user, or root, may say what has passed.
  if (build_.empty() || !plugin::open_private_folder(cache)) return;
  const fs::path folder = cache / "gated";
  if (!plugin::open_private_folder(folder)) return;
  folder_ = folder;
  drop_oldest();
}

bool GateRecord::has_passed(std::string_view what) const {
  if (folder_.empty()) return false;
  // It has been used: the oldest are dropped first.
  return ::utimensat(AT_FDCWD, file_of(what).c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0;
}

void GateRecord::note_passed(std::string_view what) const {
  if (folder_.empty()) return;
  // Where it cannot be written, the bundle is tried again the next time.
  const UniqueFd file(
      ::open(file_of(what).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
}

fs::path GateRecord::file_of(std::string_view what) const {
  return folder_ / to_hex(sha256(build_ + '\n' + std::string(what)));
}

void GateRecord::drop_oldest() const {
  std::vector<std::pair<fs::file_time_type, fs::path>> all;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    const fs::file_time_type used = at->last_write_time(gone);
    if (!gone) all.emplace_back(used, at->path());
  }
  std::sort(all.rbegin(), all.rend());
  for (std::size_t i = kMostKept; i < all.size(); ++i) fs::remove(all[i].second, error);
}

}  // namespace slipway::lifecycle
