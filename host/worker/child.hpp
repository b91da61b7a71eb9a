// A child process of this same program: started with nothing of the host's but one end of a channel, heard
// until it ends, and never left behind.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "worker/channel.hpp"

namespace slipway::worker {

// Where a child finds its end of the channel. Above it are only descriptors that the child opens itself.
constexpr int kChannelDescriptor = 3;

// How a process ended.
struct Ending {
  int exit_status = 0;
  int signal = 0;  // 0: it ended by itself

  std::string in_words() const;  // "was killed by SIGSEGV", "called exit(3)"
};

// The thread that starts a child must outlive it: the kernel kills a child when that thread ends
// (PR_SET_PDEATHSIG).  [control]
class Child {
 public:
  // Executes `program` with the hidden sub-command `worker` (cli/worker.cpp). Its standard output and error
  // come here, its standard input is empty, and of the environment it gets what matters to libraries (see
  // the source), so that no secret of the host's is in it.
  static Result<Child> spawn(const std::filesystem::path& program = "/proc/self/exe");
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) = delete;
  ~Child();  // kills it if it still runs

  Status send(const Message& message, int descriptor = -1) { return channel_.send(message, descriptor); }
  // The child's next message; what it prints meanwhile is kept. Code::deadline_exceeded, or
  // Code::unavailable: it has ended, or closed its channel.
  Result<Message> receive(Nanoseconds deadline);

  void kill() const;
  // How it ended. One that does not within a moment is killed. It is gone then, or, for ending(), can still
  // be asked again: that may be called by another thread than the one that ends it.
  Ending end();
  Ending ending() const;

  pid_t pid() const { return pid_; }
  // That it has now, without those that are ending: a thread that was joined is listed until the kernel has
  // buried it. 0 where /proc does not say.
  std::size_t threads() const;
  // Its first thread; see base/give_way.hpp.
  Nanoseconds waited_for_a_core() const;
  // The last that it wrote to its standard output and error, 4 KiB at most.
  const std::string& output() const { return output_; }
  // The same, as far as it has come by now; taken away by the call.
  std::string take_output();

  // For whoever waits for several children: readable when there is a message, when it has ended, when it has
  // written something (-1: it cannot any more).
  int messages() const { return channel_.descriptor(); }
  int ended() const { return process_.get(); }
  int printed() const { return printed_.get(); }

 private:
  Child(pid_t pid, UniqueFd process, Channel channel, UniqueFd printed)
      : pid_(pid), process_(std::move(process)), channel_(std::move(channel)), printed_(std::move(printed)) {}

  bool has_ended(Nanoseconds deadline) const;
  void read_output();

  pid_t pid_ = -1;  // -1: it has been waited for
  UniqueFd process_;
  Channel channel_;
  UniqueFd printed_;
  std::string output_;
};

}  // namespace slipway::worker
