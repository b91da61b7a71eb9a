#include "worker/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/file.hpp"
#include "base/give_way.hpp"
#include "base/signal_name.hpp"

namespace slipway::worker {
namespace {

constexpr std::size_t kMostOutput = 4 * 1024;
constexpr int kMostReads = 16;  // at once: one that prints without end must not hold up its deadline
constexpr Nanoseconds kMomentToEnd = kSecond;

// What a child's libraries may need to know. Anything else may be a secret of the host's.
constexpr const char* kEnvironment[] = {"LD_LIBRARY_PATH", "TZ",           "LANG",         "LC_ALL",
                                        "OMP_NUM_THREADS", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};

std::vector<std::string> environment() {
  std::vector<std::string> kept;
  for (const char* const name : kEnvironment)
    if (const char* const value = std::getenv(name); value != nullptr)
      kept.push_back(std::string(name) + "=" + value);
  return kept;
}

// Of a thread's /proc/PID/task/TID/stat; proc(5): `flags` is the seventh field behind the name in
// parentheses. The kernel sets PF_EXITING before it wakes who joins the thread.
bool is_ending(const std::filesystem::path& stat) {
  constexpr unsigned kExiting = 0x4;
  std::ifstream file(stat);
  if (!file) return !std::filesystem::exists(stat);  // it may have ended meanwhile
  std::string text;
  std::getline(file, text, '\0');  // its name may have several lines
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  unsigned flags = 0;
  for (int i = 0; i < 6; ++i) fields >> skipped;
  return fields >> flags && (flags & kExiting) != 0;
}

int milliseconds_until(Nanoseconds deadline) {
  const Nanoseconds left = (deadline - monotonic_now() + kMillisecond - 1) / kMillisecond;
  return static_cast<int>(std::clamp<Nanoseconds>(left, 0, 1'000'000));
}

// The same file, by a number that the child's standard descriptors and its channel do not have.
UniqueFd above_the_channel(int descriptor) {
  return UniqueFd(::fcntl(descriptor, F_DUPFD_CLOEXEC, kChannelDescriptor + 1));
}

// What posix_spawn needs, released however the function that uses it ends.
struct SpawnPlan {
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }

  void connect(int channel, int printed) {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, printed, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, printed, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, channel, kChannelDescriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions, kChannelDescriptor + 1);
  }
  // Threads that serve block and ignore signals; a child must not.
  void default_signals() {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

Result<pid_t> execute(const std::filesystem::path& program, int channel, int printed) {
  SpawnPlan plan;
  plan.connect(channel, printed);
  plan.default_signals();
  std::string name = "slipway", command = "worker", path = program.string();
  char* arguments[] = {name.data(), command.data(), nullptr};
  std::vector<std::string> variables = environment();
  std::vector<char*> pointers;
  for (std::string& each : variables) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  pid_t pid = -1;
  const int failed =
      ::posix_spawn(&pid, path.c_str(), &plan.actions, &plan.attributes, arguments, pointers.data());
  if (failed != 0)
    return Error(Code::unavailable, "cannot start a process of " + path + ": " + system_message(failed));
  return pid;
}

// glibc's own function cannot be called from C++ before its 2.37.
UniqueFd open_process(pid_t pid) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace

std::string Ending::in_words() const {
  if (signal == 0) return "called exit(" + std::to_string(exit_status) + ")";
  std::string words = "was killed by " + signal_name(signal);
  if (signal == SIGABRT) words += " (abort, or an exception that nobody caught)";
  if (signal == SIGKILL)
    words += " (from outside: by hand, or by the system when memory ran out, which its log tells)";
  return words;
}

Result<Child> Child::spawn(const std::filesystem::path& program) {
  Result<std::pair<Channel, Channel>> ends = Channel::pair();
  if (!ends) return std::move(ends).error();
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return Error(Code::io, "cannot make a pipe: " + system_message(errno));
  UniqueFd printed(pipe[0]);
  const UniqueFd written(pipe[1]);
  ::fcntl(printed.get(), F_SETFL, O_NONBLOCK);
  const UniqueFd its_channel = above_the_channel(ends->second.descriptor());
  const UniqueFd its_output = above_the_channel(written.get());
  if (!its_channel.valid() || !its_output.valid())
    return Error(Code::io, "cannot start a process: " + system_message(errno));
  const Result<pid_t> pid = execute(program, its_channel.get(), its_output.get());
  if (!pid) return pid.error();
  Child child(*pid, open_process(*pid), std::move(ends->first), std::move(printed));
  if (!child.process_.valid())
    return Error(Code::unavailable, "cannot watch a process: " + system_message(errno));
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      process_(std::move(other.process_)),
      channel_(std::move(other.channel_)),
      printed_(std::move(other.printed_)),
      output_(std::move(other.output_)) {}

Child::~Child() {
  if (pid_ < 0) return;
  kill();
  ::waitpid(pid_, nullptr, 0);
}

Result<Message> Child::receive(Nanoseconds deadline) {
  while (monotonic_now() < deadline) {
    // In this order: what it sent before it ended is there when its end is seen.
    pollfd events[] = {
        {process_.get(), POLLIN, 0}, {channel_.descriptor(), POLLIN, 0}, {printed_.get(), POLLIN, 0}};
    const int ready = ::poll(events, std::size(events), milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR)
      return Error(Code::io, "cannot wait for a process: " + system_message(errno));
    if (ready <= 0) continue;
    if (events[2].revents != 0) read_output();
    if (events[1].revents != 0) {
      Result<Channel::Received> received = channel_.receive();
      if (!received) return std::move(received).error();
      return std::move(received->message);
    }
    if (events[0].revents != 0) return Error(Code::unavailable, "the process has ended");
  }
  return Error(Code::deadline_exceeded, "the process is silent");
}

void Child::kill() const {
  if (pid_ >= 0) ::kill(pid_, SIGKILL);
}

Ending Child::end() {
  if (!has_ended(monotonic_now() + kMomentToEnd)) kill();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  read_output();
  return WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
}

Ending Child::ending() const {
  if (!has_ended(monotonic_now() + kMomentToEnd)) kill();
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  return info.si_code == CLD_EXITED ? Ending{info.si_status, 0} : Ending{0, info.si_status};
}

std::string Child::take_output() {
  read_output();
  return std::exchange(output_, {});
}

bool Child::has_ended(Nanoseconds deadline) const {
  pollfd ended{process_.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&ended, 1, milliseconds_until(deadline));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

void Child::read_output() {
  char bytes[kMostOutput];
  for (int reads = 0; reads < kMostReads; ++reads) {
    if (!printed_.valid()) return;
    const ssize_t got = ::read(printed_.get(), bytes, sizeof bytes);
    if (got == 0) printed_.reset();  // nobody can write to it any more
    if (got <= 0) return;
    output_.append(bytes, static_cast<std::size_t>(got));
    if (output_.size() > kMostOutput) output_.erase(0, output_.size() - kMostOutput);
  }
}

std::size_t Child::threads() const {
  std::size_t count = 0;
  std::error_code error;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid_) + "/task";
  for (std::filesystem::directory_iterator at(tasks, error), end; !error && at != end; at.increment(error))
    if (!is_ending(at->path() / "stat")) ++count;
  return count;
}

Nanoseconds Child::waited_for_a_core() const {
  return CoreWait("/proc/" + std::to_string(pid_)).so_far();
}

}  // namespace slipway::worker
