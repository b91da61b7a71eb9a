#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

#include "telemetry/log.hpp"
#include "worker/call_server.hpp"

namespace slipway::worker {
namespace {

TakeCalls with_limits(const document::Limits& limits) {
  return {limits.depth, limits.nodes, limits.string_bytes, limits.document_bytes};
}

void repeat(const Logged& line, const model::HostServices& services) {
  const auto level = static_cast<telemetry::Level>(std::min<std::uint64_t>(line.level, 3));
  services.log(level, line.message, line.request_id);
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::start(const WorkerPlan& plan) {
  Result<UniqueFd> copy = plan.plugin->open();
  if (!copy) return std::move(copy).error();
  Result<std::pair<PacketSocket, PacketSocket>> line = PacketSocket::pair();
  if (!line) return std::move(line).error();
  if (Status set = line->second.set_patience(kPatience); !set) return std::move(set).error();
  Result<CallClient> calls = CallClient::create(std::move(line->first));
  if (!calls) return std::move(calls).error();
  Result<Child> child = Child::spawn(plan.program);
  if (!child) return std::move(child).error();
  Status told = child->send(plan.task, copy->get());
  if (told) told = child->send(with_limits(plan.limits), line->second.descriptor());
  if (!told) return std::move(told).error();
  return std::unique_ptr<Worker>(new Worker(std::move(*child), std::move(*calls)));
}

Status Worker::hear(model::HostServices& services) {
  const Result<Message> message = child_.receive(monotonic_now() + kSecond);
  if (!message) return message.error();
  if (const auto* const failed = std::get_if<Failed>(&*message))
    return Error(Code::failed_precondition, failed->why);
  if (const auto* const line = std::get_if<Logged>(&*message)) return repeat(*line, services), Status();
  if (const auto* const metric = std::get_if<Measured>(&*message)) {
    const auto kind = static_cast<std::int32_t>(std::min<std::uint64_t>(metric->kind, 99));
    services.merge(kind, metric->name, metric->help, metric->value, metric->count);
    return {};
  }
  if (std::holds_alternative<OutOfMemory>(*message)) {
    services.log(telemetry::Level::warning, "the model asked for more memory than limits.memory allows it",
                 {});
    return {};
  }
  if (const auto* const begins = std::get_if<StepBegins>(&*message)) return step_ = begins->step, Status();
  if (std::holds_alternative<Prepared>(*message)) return child_.send(Proceed{});
  if (std::holds_alternative<Ready>(*message)) return ready_ = true, Status();
  return Error(Code::internal, "the model's process sent a message that no worker sends");
}

std::string Worker::where() const {
  switch (step_) {
    case Step::load:
      return "in its static initialisers, while it was loaded";
    case Step::create:
      return "in create";
    default:
      return "in its sandbox, before the plugin was loaded";
  }
}

}  // namespace slipway::worker
