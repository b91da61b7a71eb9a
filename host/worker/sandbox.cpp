#include "worker/sandbox.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "worker/landlock.hpp"
#include "worker/system_calls.hpp"

namespace slipway::worker {
namespace {

constexpr int kNice = 10;
constexpr rlim_t kMostDescriptors = 256;
constexpr std::uint64_t kOwnMemory = 32u << 20;  // a case's documents, the stack of a thread or two

#ifdef SLIPWAY_SANITIZED
// A sanitizer reserves terabytes of memory, which count, and reads /proc when it reports. This is the one
// place where a sanitized build asks for less.
constexpr bool kCanLimitMemory = false;
constexpr bool kCanSeal = false;
#else
constexpr bool kCanLimitMemory = true;
constexpr bool kCanSeal = true;
#endif

Error refused() {
  return {Code::unavailable, system_message(errno)};
}

// Never above what the process has already.
Status limit(int resource, rlim_t value) {
  rlimit now{};
  ::getrlimit(static_cast<__rlimit_resource_t>(resource), &now);
  const rlim_t lower = std::min(value, now.rlim_max);
  const rlimit wanted{lower, lower};
  if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &wanted) != 0) return refused();
  return {};
}

Status limit_resources(std::uint64_t cpu_limit, bool writes) {
  if (Status done = writes ? Status() : limit(RLIMIT_FSIZE, 0); !done) return done;
  if (Status done = limit(RLIMIT_NOFILE, kMostDescriptors); !done) return done;
  return cpu_limit == 0 ? Status() : limit(RLIMIT_CPU, cpu_limit);
}

// Where the host runs as root: keeps no capability but those by which it could read the bundle.
Status drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2]{};
  if (::syscall(SYS_capget, &header, sets) != 0) return refused();
  const std::uint32_t reading = (1u << CAP_DAC_OVERRIDE) | (1u << CAP_DAC_READ_SEARCH);
  sets[0].effective &= reading;
  sets[0].permitted &= reading;
  sets[0].inheritable = 0;
  sets[1] = {};
  if (::syscall(SYS_capset, &header, sets) != 0) return refused();
  return {};
}

Status forbid_new_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused();
  return drop_capabilities();
}

std::uint64_t bytes_of_data() {
  // size resident shared text lib data: in pages
  std::ifstream memory("/proc/self/statm");
  std::uint64_t pages = 0;
  for (int field = 0; field < 6; ++field) memory >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void die_with_the_host() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "slipway-worker");
}

void become_child(bool gives_way) {
  (void)limit(RLIMIT_CORE, 0);
  // Where the host's thread does not give way, which is inherited.
  if (gives_way) ::setpriority(PRIO_PROCESS, 0, kNice);
  const UniqueFd badness(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (badness.valid()) (void)write_all(badness.get(), "1000");
}

Sandbox::Sandbox(const SandboxRequest& request) {
  note("no new privileges", forbid_new_privileges());
  note("limits", limit_resources(request.cpu_limit, !request.grants.folders.empty()));
  const int version = landlock_version();
  note("Landlock " + std::to_string(version),
       version == 0 ? Status(Code::unsupported, "this kernel does not have it, or not enabled")
                    : restrict_files(request.bundle, request.plugin, request.grants));
  Status filtered = restrict_system_calls(request.grants);
  filters_calls_ = filtered.ok();
  may_open_files_ =
      request.grants.network || !request.grants.folders.empty();  // names are looked up in files
  note("seccomp", filtered);
}

void Sandbox::note(const std::string& piece, const Status& outcome) {
  std::string& list = outcome ? report_.in_force : report_.missing;
  if (!list.empty()) list += outcome ? ", " : "; ";
  list += piece;
  if (!outcome) list += ": " + outcome.error().message;
}

bool Sandbox::limit_memory(std::uint64_t bytes) {
  return kCanLimitMemory && limit(RLIMIT_DATA, bytes_of_data() + kOwnMemory + bytes).ok();
}

Status Sandbox::seal() {
  return kCanSeal && filters_calls_ ? forbid_files_and_code(may_open_files_) : Status();
}

}  // namespace slipway::worker
