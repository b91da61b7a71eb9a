#include "worker/child_main.hpp"

#include <unistd.h>

#include "worker/examination_child.hpp"
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
  switch (task->purpose) {
    case Purpose::probe:
      return run_probe(channel, *task, std::move(first->descriptor));
    case Purpose::serve:
      return run_worker(channel, *task, std::move(first->descriptor));
    case Purpose::examine:
      break;
  }
  Status done = run_examination(channel, *task, std::move(first->descriptor));
  return done ? channel.send(Ready{}) : std::move(done);
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
