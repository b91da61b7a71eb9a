#include "worker/worker_predictor.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "telemetry/log.hpp"
#include "worker/task.hpp"

namespace slipway::worker {
namespace {

// As many as can work at once, where the manifest does not say.
std::uint32_t most_workers(const model::Manifest& manifest) {
  if (manifest.workers.most != 0) return manifest.workers.most;
  const std::uint32_t useful =
      std::min(std::max(1u, std::thread::hardware_concurrency()), manifest.limits.concurrency);
  return std::max(useful, manifest.workers.least);
}

class WorkerPredictor : public model::Predictor {
 public:
  WorkerPredictor(const model::Bundle& bundle, plugin::StoredLibrary stored, IsolationOptions options)
      : manifest_(bundle.manifest),
        directory_(bundle.directory),
        stored_(std::move(stored)),
        options_(std::move(options)) {}

  Status create(model::HostServices& services) override;
  Status predict(const model::Prediction& prediction, document::Builder& response) override {
    return pool_->call(prediction, response, manifest_.effects == model::Effects::none);
  }
  bool hands_over() const override { return true; }
  std::uint32_t most_at_once() const override { return most_workers(manifest_); }
  std::optional<model::WorkerReport> workers() const override {
    return pool_ == nullptr ? model::WorkerReport() : pool_->report();
  }
  void destroy() override { pool_.reset(); }
  plugin::UnloadReport unload() override {
    destroy();
    return {};
  }

 private:
  const model::Manifest& manifest_;
  const std::filesystem::path& directory_;
  const plugin::StoredLibrary stored_;
  const IsolationOptions options_;
  std::unique_ptr<WorkerPool> pool_;
};

Status WorkerPredictor::create(model::HostServices& services) {
  WorkerPlan plan;
  plan.program = options_.program;
  plan.model = manifest_.name;
  plan.version = manifest_.version.text();
  plan.task = make_task(Purpose::serve, directory_, manifest_, stored_, options_.parameters);
  plan.plugin = &stored_;
  plan.limits = options_.limits;
  WorkerPoolOptions pool;
  pool.least = manifest_.workers.least;
  pool.most = most_workers(manifest_);
  pool.start_budget = options_.start_budget;
  Result<std::unique_ptr<WorkerPool>> started = WorkerPool::start(std::move(plan), pool, services);
  if (!started) return std::move(started).error();
  pool_ = std::move(*started);
  return {};
}

}  // namespace

Result<std::unique_ptr<model::ModelVersion>> load_isolated(model::Bundle bundle, plugin::StoredLibrary stored,
                                                           const IsolationOptions& options) {
  const Sha256 digest = stored.digest();
  auto version = model::ModelVersion::with_predictor(
      std::move(bundle), digest, [&](const model::Bundle& kept) -> Result<std::unique_ptr<model::Predictor>> {
        return std::unique_ptr<model::Predictor>(
            std::make_unique<WorkerPredictor>(kept, std::move(stored), options));
      });
  if (!version) return version;
  if (Status created = (*version)->create(); !created) return std::move(created).error();
  return version;
}

Result<std::unique_ptr<model::ModelVersion>> load_version(model::Bundle bundle, plugin::StoredLibrary stored,
                                                          const IsolationOptions& options) {
  if (bundle.manifest.isolation == model::Isolation::in_process)
    return model::ModelVersion::load(std::move(bundle), std::move(stored));
  if (bundle.manifest.batching)
    telemetry::log(telemetry::Level::info, "requests are predicted one by one: workers do not batch",
                   {{"model", bundle.manifest.name}, {"version", bundle.manifest.version.text()}});
  return load_isolated(std::move(bundle), std::move(stored), options);
}

}  // namespace slipway::worker
