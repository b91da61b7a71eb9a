#include "worker/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/file.hpp"
#include "base/unique_fd.hpp"

namespace slipway::worker {
namespace {

constexpr std::uint64_t kReadFolder = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

// Beside the bundle. What is not on this system is passed over.
constexpr const char* kReadable[] = {
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",  // libraries
    "/usr/share/zoneinfo", "/etc/localtime",
    // What mathematics and thread libraries look at to fit the machine, and a process's own state.
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/sys/devices/system/node",
    "/dev/null", "/dev/zero", "/dev/urandom"};

constexpr const char* kReadableWithNetwork[] = {
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",         "/etc/gai.conf",       "/etc/host.conf",
    "/etc/services",    "/etc/ssl",   "/usr/share/ca-certificates", "/run/systemd/resolve"};

// Every right over files that this kernel knows: what is handled and not allowed is denied. The headers it
// was built with may be older than the kernel it runs on.
std::uint64_t all_rights(int version) {
  std::uint64_t bits = 13;
  if (version >= 2) bits = 14;  // REFER
  if (version >= 3) bits = 15;  // TRUNCATE
  if (version >= 5) bits = 16;  // IOCTL_DEV
  return (std::uint64_t{1} << bits) - 1;
}

Error cannot(const std::string& what) {
  return {Code::unavailable, "cannot " + what + ": " + system_message(errno)};
}

Status allow_reading(int ruleset, int file) {
  struct stat info {};
  if (::fstat(file, &info) != 0) return cannot("look at a file");
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(info.st_mode) ? kReadFolder : std::uint64_t{LANDLOCK_ACCESS_FS_READ_FILE};
  rule.parent_fd = file;
  // EBADFD: a file in memory, which is no part of any folder and never restricted.
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0 && errno != EBADFD)
    return cannot("allow a file to be read");
  return {};
}

Status allow_reading(int ruleset, const std::filesystem::path& path) {
  const UniqueFd file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!file.valid()) return cannot("open " + path.string());
  return allow_reading(ruleset, file.get());
}

// Everything but executing.
Status allow_writing(int ruleset, const std::filesystem::path& folder, std::uint64_t all) {
  const UniqueFd file(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!file.valid()) return cannot("open " + folder.string());
  landlock_path_beneath_attr rule{};
  rule.allowed_access = all & ~std::uint64_t{LANDLOCK_ACCESS_FS_EXECUTE};
  rule.parent_fd = file.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    return cannot("allow " + folder.string() + " to be written");
  return {};
}

}  // namespace

int landlock_version() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

Status restrict_files(const std::filesystem::path& bundle, int plugin, const model::Grants& grants) {
  landlock_ruleset_attr rights{};
  rights.handled_access_fs = all_rights(landlock_version());
  const UniqueFd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0)));
  if (!ruleset.valid()) return cannot("make a set of rules");
  for (const char* const path : kReadable) (void)allow_reading(ruleset.get(), std::filesystem::path(path));
  for (const char* const path : kReadableWithNetwork)
    if (grants.network) (void)allow_reading(ruleset.get(), std::filesystem::path(path));
  for (const std::string& folder : grants.folders)
    if (Status allowed = allow_writing(ruleset.get(), folder, rights.handled_access_fs); !allowed)
      return allowed;
  if (Status allowed = allow_reading(ruleset.get(), bundle); !allowed) return allowed;
  if (Status allowed = allow_reading(ruleset.get(), plugin); !allowed) return allowed;
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return cannot("restrict this process");
  return {};
}

}  // namespace slipway::worker
