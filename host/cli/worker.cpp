// slipway worker: what the host starts as a child of itself; nothing for people.
#include <sys/stat.h>

#include "cli/command.hpp"
#include "worker/child.hpp"
#include "worker/child_main.hpp"

namespace slipway::cli {
namespace {

int work() {
  struct stat info {};
  if (::fstat(worker::kChannelDescriptor, &info) != 0 || !S_ISSOCK(info.st_mode))
    return complain("worker is started by the host itself, with a channel to it"), kUsage;
  return worker::run_child(worker::Channel(UniqueFd(worker::kChannelDescriptor)));
}

}  // namespace

void add_worker_command(CLI::App& app, int& exit) {
  CLI::App* const command = app.add_subcommand("worker", "Run a plugin for the host that started this");
  command->group("");  // not in the help
  command->callback([&exit] { exit = work(); });
}

}  // namespace slipway::cli
