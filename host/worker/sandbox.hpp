// The sandbox of a child that runs a plugin, in two stages. It needs no privilege and no user namespace, so
// that it also holds in a container without capabilities; what a system does not have is reported, not fatal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "model/manifest.hpp"

namespace slipway::worker {

// At the very start of a child: it dies with the thread that started it.
void die_with_the_host();

// It goes first when memory runs out, and leaves no core behind. `gives_way`: to the host's threads, for
// good.
void become_child(bool gives_way);

struct SandboxRequest {
  std::filesystem::path bundle;  // the one folder whose files can be read, besides the system's libraries
  int plugin = -1;               // the private copy, open
  std::uint64_t cpu_limit = 0;   // seconds; 0: no limit
  model::Grants grants;
};

struct SandboxReport {
  std::string in_force;  // "no new privileges, limits, Landlock 7, seccomp"
  std::string missing;   // each piece that is not, with why; empty: all are in force
};

class Sandbox {
 public:
  // First stage, before any code of the plugin can run: no privileges, no files but those of the request, no
  // other process, no network. The process must have one thread.
  explicit Sandbox(const SandboxRequest& request);

  const SandboxReport& report() const { return report_; }

  // The process may allocate so many bytes from now on, and what it needs itself. False where that cannot be
  // counted: a sanitizer's own memory is without end.
  static bool limit_memory(std::uint64_t bytes);

  // Second stage, once the model is created: opens no file, unless files or the network are granted; makes no
  // memory executable.
  Status seal();

 private:
  void note(const std::string& piece, const Status& outcome);

  SandboxReport report_;
  bool filters_calls_ = false;
  bool may_open_files_ = false;
};

}  // namespace slipway::worker
