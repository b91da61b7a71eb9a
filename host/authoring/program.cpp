#include "authoring/program.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <csignal>

#include <array>
#include <cerrno>

#include "authoring/launch.hpp"
#include "base/file.hpp"

namespace slipway::authoring {
Result<Program> Program::start(const std::vector<std::string>& arguments,
                               const std::filesystem::path& folder) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return Error(Code::io, "cannot make a pipe: " + system_message(errno));
  UniqueFd output(pipe[0]);
  const UniqueFd written(pipe[1]);
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);

  const Result<pid_t> pid = launch(
      {.arguments = arguments, .folder = folder, .without = {}, .output = written.get(), .own_group = true});
  if (!pid) return pid.error();
  return Program(*pid, std::move(output));
}

Program::~Program() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  wait();
}

bool Program::read(std::string& text) {
  std::array<char, 16384> piece;
  for (;;) {
    const ssize_t got = ::read(output_.get(), piece.data(), piece.size());
    if (got == 0) return false;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

void Program::terminate() const {
  if (pid_ > 0) ::kill(-pid_, SIGTERM);
}

int Program::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace slipway::authoring
