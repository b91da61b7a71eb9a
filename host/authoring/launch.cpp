#include "authoring/launch.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>

#include "base/file.hpp"
#include "base/unique_fd.hpp"

namespace slipway::authoring {
namespace {

constexpr int kCannotStart = 127;  // as a shell says it

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& each : texts) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<char*> environment_without(const std::vector<std::string>& names) {
  std::vector<char*> kept;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable = *each;
    if (std::none_of(names.begin(), names.end(),
                     [&](const auto& name) { return variable.starts_with(name); }))
      kept.push_back(*each);
  }
  kept.push_back(nullptr);
  return kept;
}

}  // namespace

std::filesystem::path find_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::filesystem::path program = std::filesystem::path(folder) / name;
    std::error_code failed;
    // A folder may be entered, which is called the same right.
    if (std::filesystem::is_regular_file(program, failed) && ::access(program.c_str(), X_OK) == 0)
      return program;
  }
  return {};
}

Result<pid_t> launch(const Launch& wanted) {
  std::vector<std::string> arguments = wanted.arguments;
  const std::string program =
      arguments[0].find('/') != std::string::npos ? arguments[0] : find_program(arguments[0]).string();
  if (program.empty())
    return Error(Code::not_found, "there is no program `" + arguments[0] + "`; install it");
  const std::vector<char*> words = pointers_to(arguments);
  const std::vector<char*> variables = environment_without(wanted.without);
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  sigset_t none;
  ::sigemptyset(&none);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return Error(Code::unavailable, "cannot start " + arguments[0] + ": " + system_message(errno));
  if (pid > 0) return pid;
  // Only what may be called after a fork beside other threads.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kCannotStart);
  if (wanted.own_group) ::setpgid(0, 0);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::dup2(nothing.get(), STDIN_FILENO);
  ::dup2(wanted.output, STDOUT_FILENO);
  ::dup2(wanted.output, STDERR_FILENO);
  if (wanted.folder.empty() || ::chdir(wanted.folder.c_str()) == 0)
    ::execve(program.c_str(), words.data(), variables.data());
  ::_exit(kCannotStart);
}

}  // namespace slipway::authoring
