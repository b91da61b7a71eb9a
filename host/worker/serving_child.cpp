#include "worker/serving_child.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "model/version.hpp"
#include "worker/call_server.hpp"
#include "worker/prepare.hpp"

namespace slipway::worker {
namespace {

// Tells the host what the model's metrics have gained.
class Reporter {
 public:
  Reporter(Channel& channel, const model::HostServices& services) : channel_(channel), services_(services) {}

  void report() {
    std::vector<model::HostServices::Sample> now = services_.samples();
    for (std::size_t i = 0; i < now.size(); ++i) {
      const model::HostServices::Sample& sample = now[i];
      const bool known = i < told_.size();
      const double value = known ? told_[i].value : 0;
      const std::uint64_t count = known ? told_[i].count : 0;
      if (known && sample.value == value && sample.count == count) continue;
      const bool is_gauge = sample.kind == SLW_METRIC_GAUGE;
      const auto kind = static_cast<std::uint64_t>(sample.kind);
      (void)channel_.send(Measured{kind, sample.name.substr(model::HostServices::kPrefix.size()), sample.help,
                                   is_gauge ? sample.value : sample.value - value, sample.count - count});
    }
    told_ = std::move(now);
  }

 private:
  Channel& channel_;
  const model::HostServices& services_;
  std::vector<model::HostServices::Sample> told_;
};

Result<TakeCalls> receive_line(Channel& channel, UniqueFd& socket) {
  Result<Channel::Received> second = channel.receive();
  if (!second) return std::move(second).error();
  const auto* const line = std::get_if<TakeCalls>(&second->message);
  if (line == nullptr || !second->descriptor.valid())
    return Error(Code::internal, "the host's second message hands no calls over");
  socket = std::move(second->descriptor);
  return *line;
}

document::Limits limits_of(const TakeCalls& line) {
  document::Limits limits;
  limits.depth = static_cast<std::uint32_t>(line.depth);
  limits.nodes = static_cast<std::uint32_t>(line.nodes);
  limits.string_bytes = line.string_bytes;
  limits.document_bytes = line.document_bytes;
  return limits;
}

}  // namespace

Status run_worker(Channel& channel, const Task& task, UniqueFd copy) {
  UniqueFd socket;
  const Result<TakeCalls> line = receive_line(channel, socket);
  if (!line) return line.error();
  Result<PreparedChild> child = prepare(channel, task, std::move(copy));
  if (!child) return std::move(child).error();

  Status done = channel.send(StepBegins{Step::load, ""});
  if (!done) return done;
  auto version = model::ModelVersion::load_plugin(std::move(child->bundle), std::move(child->plugin));
  if (!version) return std::move(version).error();
  (*version)->services().set_log(
      [&channel](telemetry::Level level, std::string_view message, std::string_view request_id) {
        channel.send_or_drop(
            Logged{static_cast<std::uint64_t>(level), std::string(message), std::string(request_id)});
      });
  done = channel.send(StepBegins{Step::create, ""});
  if (done) done = (*version)->create();
  if (done) done = child->sandbox.seal();
  if (done) done = channel.send(Ready{});
  if (!done) return done;

  Reporter reporter(channel, (*version)->services());
  done = serve_calls(PacketSocket(std::move(socket)), (*version)->predictor(), limits_of(*line),
                     [&] { reporter.report(); });
  reporter.report();
  (*version)->destroy();
  return done;
}

}  // namespace slipway::worker
