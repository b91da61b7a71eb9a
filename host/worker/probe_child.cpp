#include "worker/probe_child.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "model/golden.hpp"
#include "model/version.hpp"
#include "worker/prepare.hpp"
#include "worker/process_hooks.hpp"

namespace slipway::worker {
namespace {

Status begin(Channel& channel, Step step, const std::string& subject = {}) {
  return channel.send(StepBegins{step, subject});
}

Status predict_all(Channel& channel, model::ModelVersion& version, std::vector<model::GoldenCase> cases) {
  std::erase_if(
      cases, [&](const model::GoldenCase& golden) { return !model::may_gate(version.manifest(), golden); });
  bool passed = true;
  for (const model::GoldenCase& golden : cases) {
    if (Status said = begin(channel, Step::predict, golden.name); !said) return said;
    model::CaseResult result = model::run_case(version, golden);
    passed = passed && result.passed();
    const CaseEnded ended{golden.name, golden.place, std::move(result.difference), result.predict_time};
    if (Status said = channel.send(ended); !said) return said;
  }
  if (!passed) return {};
  return model::run_in_batches(version, cases, [&] { return begin(channel, Step::predict); });
}

}  // namespace

Status run_probe(Channel& channel, const Task& task, UniqueFd copy) {
  Result<PreparedChild> child = prepare(channel, task, std::move(copy));
  if (!child) return std::move(child).error();
  const ProcessHooks before = ProcessHooks::now();

  if (Status said = begin(channel, Step::load); !said) return said;
  auto version = model::ModelVersion::load_plugin(std::move(child->bundle), std::move(child->plugin));
  if (!version) return std::move(version).error();
  Status done = begin(channel, Step::create);
  if (done) done = (*version)->create();
  if (done) done = child->sandbox.seal();
  if (done) done = predict_all(channel, **version, std::move(child->cases));
  if (done) done = begin(channel, Step::destroy);
  if (done) done = wait_for_host(channel);
  if (!done) return done;
  (*version)->destroy();
  done = channel.send(Destroyed{});
  if (done) done = wait_for_host(channel);
  if (done) done = begin(channel, Step::unload);
  if (!done) return done;
  const plugin::UnloadReport unloaded = (*version)->unload();
  done = channel.send(Unloaded{unloaded.likely_reason, before.left_behind(ProcessHooks::now())});
  // The host looks at what is still mapped, and ends this process.
  if (done) (void)channel.receive();
  return done;
}

}  // namespace slipway::worker
