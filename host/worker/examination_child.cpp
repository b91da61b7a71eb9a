#include "worker/examination_child.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/sample_requests.hpp"
#include "worker/comma_locale.hpp"
#include "worker/experiments.hpp"
#include "worker/prepare.hpp"

namespace slipway::worker {
namespace {

Status experiment_with(Experiments& experiments, Experiment experiment, const std::string& library) {
  Status done = experiments.ask_all(experiment == Experiment::backwards);
  if (experiment == Experiment::crowd) return done ? experiments.crowd() : std::move(done);
  if (experiment != Experiment::alone) return done;
  if (done) done = experiments.repeat();
  if (done) done = experiments.measure_latency();
  if (done) done = experiments.watch_globals(library);
  if (done) done = experiments.measure_memory();
  return done;
}

}  // namespace

Status run_examination(Channel& channel, const Task& task, UniqueFd copy) {
  std::optional<CommaLocale> locale;
  if (task.experiment == Experiment::comma_locale) {
    Result<CommaLocale> made = CommaLocale::prepare();  // needs a file: no sandbox stands yet
    if (!made) return channel.send(Observed{"no locale", "", made.error().message, 0});
    locale = *made;
  }
  Result<PreparedChild> child = prepare(channel, task, std::move(copy));
  if (!child) return std::move(child).error();
  model::SampleOptions samples;
  samples.seed = task.seed;
  if (task.seed == 0) samples.made_up = 0;
  std::vector<std::string> requests = model::sample_requests(child->bundle, child->cases, samples);
  if (requests.empty()) return channel.send(Observed{"no requests", "", "", 0});
  if (locale)
    if (Status set = locale->put_in_force(); !set)
      return channel.send(Observed{"no locale", "", set.error().message, 0});

  const Nanoseconds start = monotonic_now();
  if (Status said = channel.send(StepBegins{Step::load, ""}); !said) return said;
  const std::string library = child->plugin.path().string();
  auto version = model::ModelVersion::load_plugin(std::move(child->bundle), std::move(child->plugin));
  if (!version) return std::move(version).error();
  Status done = channel.send(StepBegins{Step::create, ""});
  if (done) done = (*version)->create();
  if (done) done = child->sandbox.seal();
  if (done) done = channel.send(Observed{"start", "", "", static_cast<double>(monotonic_now() - start)});
  Experiments experiments(channel, **version, std::move(requests));
  if (done) done = experiment_with(experiments, task.experiment, library);
  return done;
}

}  // namespace slipway::worker
