#include "base/file_system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/file.hpp"
#include "base/unique_fd.hpp"

namespace slipway {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

Error cannot(std::string_view what, const fs::path& path, int why = errno) {
  return {why == ENOENT   ? Code::not_found
          : why == EEXIST ? Code::already_exists
                          : Code::io,
          "cannot " + std::string(what) + " " + path.string() + ": " + system_message(why)};
}

Status sync_folder_at(const fs::path& folder) {
  const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) return cannot("make durable", folder);
  return {};
}

Status make_with_parents(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  const fs::path parent = folder.parent_path();
  if (parent != folder)
    if (Status made = make_with_parents(parent); !made) return made;
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return cannot("make the folder", folder);
  return sync_folder_at(parent);
}

class RealFile : public NewFile {
 public:
  RealFile(UniqueFd file, fs::path path) : file_(std::move(file)), path_(std::move(path)) {}

  Status write(std::string_view bytes) override {
    if (Status written = write_all(file_.get(), bytes); !written)
      return std::move(written).error().within(path_.string());
    return {};
  }
  Status sync() override { return ::fsync(file_.get()) == 0 ? Status() : cannot("make durable", path_); }

 private:
  UniqueFd file_;
  fs::path path_;
};

class RealLock : public FolderLock {
 public:
  explicit RealLock(UniqueFd file) : file_(std::move(file)) {}

 private:
  UniqueFd file_;  // the lock ends with it
};

Result<std::unique_ptr<FolderLock>> lock_folder(const fs::path& folder) {
  const fs::path path = folder / "lock";
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file.valid()) return cannot("open", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return cannot("lock", path);
    const Result<std::string> holder =
        read_file(path, 32);  // the number is only for people, and may be missing
    return Error(Code::unavailable, folder.string() + " is in use by another process" +
                                        (holder.ok() && !holder->empty() ? " (" + *holder + ")" : "") +
                                        "; end it first");
  }
  if (::ftruncate(file.get(), 0) != 0) return cannot("write", path);
  if (Status noted = write_all(file.get(), "process " + std::to_string(::getpid())); !noted)
    return std::move(noted).error().within(path.string());
  return std::unique_ptr<FolderLock>(std::make_unique<RealLock>(std::move(file)));
}

class RealFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<FolderLock>> claim(const fs::path& folder) override {
    std::error_code error;
    const fs::path whole = fs::absolute(folder, error);
    if (error) return Error(Code::io, "cannot find " + folder.string() + ": " + error.message());
    if (Status made = make_with_parents(whole); !made) return std::move(made).error();
    struct stat info {};
    if (::stat(whole.c_str(), &info) != 0) return cannot("open the folder", whole);
    if ((info.st_uid != ::geteuid() && info.st_uid != 0) || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
      return Error(Code::failed_precondition,
                   whole.string() + " can be written by others: make it private (chmod 700)");
    return lock_folder(whole);
  }

  Status make_folder(const fs::path& folder) override {
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return cannot("make the folder", folder);
    return {};
  }

  Result<std::unique_ptr<NewFile>> create(const fs::path& path) override {
    UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444));
    // The umask may have taken bits away.
    if (!file.valid() || ::fchmod(file.get(), 0444) != 0) return cannot("create", path);
    return std::unique_ptr<NewFile>(std::make_unique<RealFile>(std::move(file), path));
  }

  Status read(const fs::path& path, const std::function<void(std::string_view)>& take) override {
    // O_NONBLOCK: opening a FIFO must not hang the host.
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info {};
    if (!file.valid() || ::fstat(file.get(), &info) != 0) return cannot("read", path);
    if (!S_ISREG(info.st_mode)) return Error(Code::io, path.string() + " is not a regular file");
    const auto piece = std::make_unique<std::array<char, kPieceBytes>>();
    for (;;) {
      const ssize_t got = ::read(file.get(), piece->data(), piece->size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return cannot("read", path);
      if (got == 0) return {};
      take({piece->data(), static_cast<std::size_t>(got)});
    }
  }

  Result<std::vector<Entry>> list(const fs::path& folder) override {
    std::vector<Entry> entries;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      const fs::file_type type = at->symlink_status(error).type();
      entries.push_back({at->path().filename().string(), type == fs::file_type::regular     ? Kind::file
                                                         : type == fs::file_type::directory ? Kind::folder
                                                                                            : Kind::other});
    }
    if (error) return cannot("list", folder, error.value());
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return entries;
  }

  Status rename(const fs::path& from, const fs::path& to) override {
    return ::rename(from.c_str(), to.c_str()) == 0 ? Status() : cannot("move " + from.string() + " to", to);
  }

  Status remove(const fs::path& path) override {
    return ::remove(path.c_str()) == 0 ? Status() : cannot("remove", path);
  }

  Status sync_folder(const fs::path& folder) override { return sync_folder_at(folder); }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

Status remove_tree(FileSystem& files, const fs::path& path) {
  const Result<std::vector<FileSystem::Entry>> entries = files.list(path);
  if (!entries) return entries.error().code == Code::not_found ? Status() : Status(entries.error());
  for (const FileSystem::Entry& entry : *entries) {
    const fs::path below = path / entry.name;
    const Status removed =
        entry.kind == FileSystem::Kind::folder ? remove_tree(files, below) : files.remove(below);
    if (!removed) return removed.error();
  }
  return files.remove(path);
}

}  // namespace slipway
