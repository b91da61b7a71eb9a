#include "worker/probe_child.hpp"

#include <unistd.h>

#include <memory>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "model/golden.hpp"
#include "model/overrides.hpp"
#include "model/version.hpp"
#include "plugin/stored_library.hpp"
#include "telemetry/log.hpp"
#include "worker/process_hooks.hpp"
#include "worker/sandbox.hpp"

namespace slipway::worker {
namespace {

// For the handler of a failed `new`, which has no argument.
Channel* to_host = nullptr;

void tell_out_of_memory() {
  std::set_new_handler(nullptr);  // once; telling may need memory, too
  (void)to_host->send(OutOfMemory{});
  throw std::bad_alloc();
}

class Session {
 public:
  explicit Session(Channel& channel) : channel_(channel) {}

  // The first error ends it: of the plugin, or of the channel.
  Status run();

 private:
  Status prepare(ProbeTask task, UniqueFd copy);
  Status predict_all();
  Status begin(Step step, const std::string& subject = {}) {
    return channel_.send(StepBegins{step, subject});
  }
  Status wait_for_host();

  Channel& channel_;
  std::optional<Sandbox> sandbox_;
  std::optional<plugin::StoredLibrary> plugin_;
  std::optional<model::Bundle> bundle_;
  std::vector<model::GoldenCase> cases_;
  std::unique_ptr<model::ModelVersion> version_;
};

// ThreadSanitizer starts a thread of its own beside the first of the program's; the host would take it for
// one that the model has left behind.
void start_threads_of_the_build() {
#ifdef SLIPWAY_SANITIZED
  std::thread([] {}).join();
#endif
}

Status Session::prepare(ProbeTask task, UniqueFd copy) {
  start_threads_of_the_build();
  const SandboxRequest request{task.bundle, copy.get(), task.cpu_limit};
  // The host has looked at the plugin by its own policy; here it has a process of its own.
  plugin::InspectionPolicy policy;
  policy.own_process = true;
  Result<plugin::StoredLibrary> stored =
      plugin::StoredLibrary::received(std::move(copy), std::move(task.plugin), policy);
  if (!stored) return std::move(stored).error();
  plugin_.emplace(std::move(*stored));
  sandbox_.emplace(request);

  Result<model::Bundle> bundle = model::open_bundle(task.bundle);
  if (!bundle) return std::move(bundle).error();
  Result<std::vector<model::GoldenCase>> cases = model::read_cases(*bundle);
  if (!cases) return std::move(cases).error();
  if (Status set = model::apply_parameters(task.parameters, bundle->manifest); !set) return set;
  bundle_.emplace(std::move(*bundle));
  cases_ = std::move(*cases);
  (void)telemetry::start_log({telemetry::LogFormat::console, telemetry::Level::warning, true});
  if (task.memory != 0 && Sandbox::limit_memory(task.memory)) std::set_new_handler(&tell_out_of_memory);
  return channel_.send(Prepared{sandbox_->report().in_force, sandbox_->report().missing});
}

Status Session::predict_all() {
  for (const model::GoldenCase& golden : cases_) {
    if (!model::may_gate(version_->manifest(), golden)) continue;
    if (Status said = begin(Step::predict, golden.name); !said) return said;
    model::CaseResult result = model::run_case(*version_, golden);
    const CaseEnded ended{golden.name, golden.place, std::move(result.difference), result.predict_time};
    if (Status said = channel_.send(ended); !said) return said;
  }
  return {};
}

Status Session::wait_for_host() {
  Result<Channel::Received> answer = channel_.receive();
  if (!answer) return std::move(answer).error();
  if (!std::holds_alternative<Proceed>(answer->message))
    return Error(Code::internal, "the host said something else than to proceed");
  return {};
}

Status Session::run() {
  Result<Channel::Received> first = channel_.receive();
  if (!first) return std::move(first).error();
  auto* const task = std::get_if<ProbeTask>(&first->message);
  if (task == nullptr) return Error(Code::internal, "the host's first message is no task");
  Status done = prepare(std::move(*task), std::move(first->descriptor));
  if (done) done = wait_for_host();
  const ProcessHooks before = ProcessHooks::now();

  if (done) done = begin(Step::load);
  if (!done) return done;
  auto version = model::ModelVersion::load_plugin(std::move(*bundle_), std::move(*plugin_));
  if (!version) return std::move(version).error();
  version_ = std::move(*version);
  done = begin(Step::create);
  if (done) done = version_->create();
  if (done) done = sandbox_->seal();
  if (done) done = predict_all();
  if (done) done = begin(Step::destroy);
  if (done) done = wait_for_host();
  if (!done) return done;
  version_->destroy();
  done = channel_.send(Destroyed{});
  if (done) done = wait_for_host();
  if (done) done = begin(Step::unload);
  if (!done) return done;
  const plugin::UnloadReport unloaded = version_->unload();
  return channel_.send(Unloaded{unloaded.likely_reason, before.left_behind(ProcessHooks::now())});
}

}  // namespace

int run_probe(Channel channel) {
  become_child();
  to_host = &channel;
  Session session(channel);
  Status outcome = session.run();
  if (!outcome && !channel.send(Failed{outcome.error().code, outcome.error().message})) ::_exit(1);
  // The host looks at what is still mapped, and ends this process: nothing of the plugin runs any more.
  (void)channel.receive();
  ::_exit(0);
}

}  // namespace slipway::worker
