#include "plugin/private_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/file.hpp"

namespace slipway::plugin {
namespace {

Error cannot(const std::string& what, const std::filesystem::path& path) {
  return {Code::io, "cannot " + what + " " + path.string() + ": " + system_message(errno)};
}

}  // namespace

Result<UniqueFd> open_private_folder(const std::filesystem::path& folder) {
  if (folder.empty()) return Error(Code::not_found, "no folder for private copies is configured");
  std::error_code failed;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), failed);
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return cannot("make the directory", folder);
  UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat info {};
  struct statvfs system {};
  if (!directory.valid() || ::fstat(directory.get(), &info) != 0 || ::fstatvfs(directory.get(), &system) != 0)
    return cannot("open the directory", folder);
  if ((info.st_uid != ::geteuid() && info.st_uid != 0) || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return Error(Code::failed_precondition,
                 folder.string() + " can be written by others: make it private (chmod 700)");
  if ((system.f_flag & ST_NOEXEC) != 0)
    return Error(Code::failed_precondition, folder.string() + " is on a file system that is mounted noexec");
  return directory;
}

}  // namespace slipway::plugin
