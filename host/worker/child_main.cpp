#include "worker/child_main.hpp"

#include <unistd.h>

#include "worker/probe_child.hpp"
#include "worker/sandbox.hpp"
#include "worker/serving_child.hpp"

namespace slipway::worker {
namespace {

Status run_task(Channel& channel) {
  Result<Channel::Received> first = channel.receive();
  if (!first) return std::move(first).error();
  const auto* const task = std::get_if<Task>(&first->message);
  if (task == nullptr) return Error(Code::internal, "the host's first message is no task");
  become_child(task->purpose == Purpose::probe);
  return task->purpose == Purpose::probe ? run_probe(channel, *task, std::move(first->descriptor))
                                         : run_worker(channel, *task, std::move(first->descriptor));
}

}  // namespace

int run_child(Channel channel) {
  die_with_the_host();
  Status outcome = run_task(channel);
  if (!outcome) {
    if (!channel.send(Failed{outcome.error().code, outcome.error().message})) ::_exit(1);
    (void)channel.receive();  // the host ends this process
  }
  ::_exit(0);  // nothing of the plugin runs any more
}

}  // namespace slipway::worker
