#include "authoring/source_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/file.hpp"

namespace slipway::authoring {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kChanges =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_EXCL_UNLINK;

bool is_passed_over(const fs::path& folder, const fs::path& top) {
  const std::string name = folder.filename().string();
  return name.starts_with('.') || name == "__pycache__" ||
         (folder.parent_path() == top && (name == "build" || name == "lib"));
}

// vim: .name.swp, 4913, name~; emacs: .#name, #name#.
bool is_an_editors(std::string_view name) {
  return name.starts_with('.') || name.starts_with('#') || name.ends_with('~') || name == "4913" ||
         name.ends_with(".tmp") || name.ends_with(".slip");
}

}  // namespace

Result<SourceWatch> SourceWatch::start(fs::path folder) {
  UniqueFd events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!events.valid()) return Error(Code::io, "cannot watch for changes: " + system_message(errno));
  SourceWatch watch(std::move(folder), std::move(events));
  watch.add(watch.folder_);
  if (watch.watched_.empty())
    return Error(Code::io, "cannot watch " + watch.folder_.string() + ": " + system_message(errno));
  return watch;
}

void SourceWatch::add(const fs::path& folder) {
  const int number = ::inotify_add_watch(events_.get(), folder.c_str(), kChanges);
  if (number < 0) return;
  watched_[number] = folder;
  std::error_code failed;
  for (fs::directory_iterator each(folder, failed); !failed && each != fs::directory_iterator();
       each.increment(failed))
    if (each->is_directory() && !each->is_symlink() && !is_passed_over(each->path(), folder_))
      add(each->path());
}

std::optional<std::string> SourceWatch::take() {
  std::optional<std::string> changed;
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t got = ::read(events_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return changed;
    for (ssize_t at = 0; at < got;) {
      const auto* const event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += static_cast<ssize_t>(sizeof *event) + event->len;
      const auto where = watched_.find(event->wd);
      if (where == watched_.end() || event->len == 0) continue;
      const fs::path path = where->second / event->name;
      const bool folder = (event->mask & IN_ISDIR) != 0;
      if (folder && is_passed_over(path, folder_)) continue;
      if (folder && (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0) add(path);
      // A file that is only made is not written yet.
      if (is_an_editors(event->name) || (!folder && (event->mask & IN_CREATE) != 0)) continue;
      changed = path.lexically_relative(folder_).generic_string();
    }
  }
}

}  // namespace slipway::authoring
