#include "lifecycle/gate_record.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "plugin/private_folder.hpp"

namespace slipway::lifecycle {

namespace fs = std::filesystem;

namespace {

constexpr const char* kBundle = "bundle\n";
constexpr std::size_t kMostBundleBytes = 4u << 20;

// It has been used: the oldest are dropped first. False: it is not there.
bool touch(const fs::path& file) {
  return ::utimensat(AT_FDCWD, file.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0;
}

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (ended_) return std::nullopt;
    const std::size_t size = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, size);
    ended_ = size == rest_.size();
    rest_ = rest_.substr(ended_ ? size : size + 1);
    return line;
  }

  std::optional<std::size_t> next_number() {
    const std::optional<std::string_view> line = next();
    std::size_t number = 0;
    if (!line || std::from_chars(line->data(), line->data() + line->size(), number).ec != std::errc())
      return std::nullopt;
    return number;
  }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

}  // namespace

GateRecord::GateRecord(const fs::path& cache, std::string build) : build_(std::move(build)) {
  // Only the user, or root, may say what has passed.
  if (build_.empty() || !plugin::open_private_folder(cache)) return;
  const fs::path folder = cache / "gated";
  if (!plugin::open_private_folder(folder)) return;
  folder_ = folder;
  drop_oldest();
}

bool GateRecord::has_passed(std::string_view what) const {
  return !folder_.empty() && touch(file_of(what));
}

void GateRecord::note_passed(std::string_view what) const {
  if (folder_.empty()) return;
  // Where it cannot be written, the bundle is tried again the next time.
  const UniqueFd file(
      ::open(file_of(what).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
}

// How many cases, how many files; a line for each file's path and one for what it came to; then one for each
// request: JSON as it is written here has no line breaks. A file that was cut short has a last line that is
// refused, or fewer requests: the model is a little less warm then.
std::optional<Remembered> GateRecord::remembered(std::string_view digest) const {
  if (folder_.empty()) return std::nullopt;
  const fs::path file = file_of(kBundle + std::string(digest));
  const Result<std::string> text = read_file(file, kMostBundleBytes);
  if (!text || !touch(file)) return std::nullopt;
  Lines lines(*text);
  const auto cases = lines.next_number(), files = lines.next_number();
  if (!cases || !files) return std::nullopt;
  Remembered kept;
  kept.warm_up.cases = *cases;
  for (std::size_t i = 0; i < *files; ++i) {
    const auto path = lines.next(), json = lines.next();
    if (!json) return std::nullopt;
    kept.parsed.emplace(*path, *json);
  }
  while (const auto request = lines.next()) kept.warm_up.requests.emplace_back(*request);
  return kept;
}

void GateRecord::remember(std::string_view digest, const Remembered& bundle) const {
  if (folder_.empty()) return;
  std::string text = std::to_string(bundle.warm_up.cases) + '\n' + std::to_string(bundle.parsed.size());
  for (const auto& [path, json] : bundle.parsed) {
    if (path.find('\n') != std::string::npos) return;
    text += '\n' + path + '\n' + json;
  }
  for (const std::string& request : bundle.warm_up.requests) text += '\n' + request;
  if (text.size() > kMostBundleBytes) return;
  const UniqueFd file(::open(file_of(kBundle + std::string(digest)).c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  // Where it cannot be written, all is read the next time.
  if (file.valid()) (void)write_all(file.get(), text);
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
