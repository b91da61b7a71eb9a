#include "worker/prepare.hpp"

#include <new>
#include <thread>
#include <utility>

#include "model/overrides.hpp"
#include "telemetry/log.hpp"
#include "worker/task.hpp"

namespace slipway::worker {
namespace {

// For the handler of a failed `new`, which has no argument.
Channel* to_host = nullptr;

void tell_out_of_memory() {
  std::set_new_handler(nullptr);  // once; telling may need memory, too
  (void)to_host->send(OutOfMemory{});
  throw std::bad_alloc();
}

// ThreadSanitizer starts a thread of its own beside the first of the program's; the host would take it for
// one that the model has left behind.
void start_threads_of_the_build() {
#ifdef SLIPWAY_SANITIZED
  std::thread([] {}).join();
#endif
}

}  // namespace

Status wait_for_host(Channel& channel) {
  Result<Channel::Received> answer = channel.receive();
  if (!answer) return std::move(answer).error();
  if (!std::holds_alternative<Proceed>(answer->message))
    return Error(Code::internal, "the host said something else than to proceed");
  return {};
}

Result<PreparedChild> prepare(Channel& channel, const Task& task, UniqueFd copy) {
  to_host = &channel;
  start_threads_of_the_build();
  const SandboxRequest request{task.bundle, copy.get(), task.cpu_limit, grants_of(task)};
  // The host has looked at the plugin by its own policy; here it has a process of its own.
  plugin::InspectionPolicy policy;
  policy.own_process = true;
  Result<plugin::StoredLibrary> stored =
      task.in_place != 0 ? plugin::StoredLibrary::in_place(task.plugin, policy)
                         : plugin::StoredLibrary::received(std::move(copy), task.plugin, policy);
  if (!stored) return std::move(stored).error();
  Sandbox sandbox(request);

  Result<model::Bundle> bundle = model::open_bundle(task.bundle);
  if (!bundle) return std::move(bundle).error();
  Result<std::vector<model::GoldenCase>> cases = std::vector<model::GoldenCase>();
  if (task.purpose != Purpose::serve) cases = model::read_cases(*bundle);
  if (!cases) return std::move(cases).error();
  if (Status set = model::apply_parameters(task.parameters, bundle->manifest); !set)
    return std::move(set).error();
  (void)telemetry::start_log({telemetry::LogFormat::console, telemetry::Level::warning, true});
  PreparedChild prepared{std::move(sandbox), std::move(*stored), std::move(*bundle), std::move(*cases)};
  if (task.memory != 0 && Sandbox::limit_memory(task.memory)) std::set_new_handler(&tell_out_of_memory);
  const SandboxReport& report = prepared.sandbox.report();
  if (Status told = channel.send(Prepared{report.in_force, report.missing}); !told)
    return std::move(told).error();
  if (Status proceed = wait_for_host(channel); !proceed) return std::move(proceed).error();
  return prepared;
}

}  // namespace slipway::worker
