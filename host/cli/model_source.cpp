#include "cli/model_source.hpp"

#include "api/admin.hpp"
#include "cli/control_client.hpp"
#include "cli/store_hand_over.hpp"
#include "http/server.hpp"
#include "lifecycle/folder_watch.hpp"
#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

class FolderSource final : public ModelSource {
 public:
  FolderSource(const HostConfig& config, const ServedModels& models)
      : folder_(config.models, config.folder, models.catalog, models.deployer, models.reaper) {}

  Status start() {
    Result<std::unique_ptr<lifecycle::FolderWatch>> watch = lifecycle::FolderWatch::start(folder_);
    if (!watch) return std::move(watch).error();
    watch_ = std::move(*watch);
    return {};
  }
  Report at_start() const override { return {watch_->at_start().served, watch_->at_start().refused}; }

 private:
  lifecycle::Folder folder_;
  std::unique_ptr<lifecycle::FolderWatch> watch_;
};

// The store, the control thread, and the socket on which operators are heard.
class StoreSource final : public ModelSource {
 public:
  StoreSource(std::unique_ptr<lifecycle::Store> store, std::unique_ptr<lifecycle::TrialWatch> trials,
              const ServedModels& models, std::string socket)
      : store_(std::move(store)),
        control_({*store_, models.catalog, models.deployer, models.reaper, *trials, operations_}),
        hand_over_(operations_, control_),
        trials_(std::move(trials)),
        admin_(operations_, control_, models.tables),
        socket_(std::move(socket)) {}
  ~StoreSource() override {
    // Commands that wait for news of an operation are not waited for.
    if (server_ != nullptr) server_->stop_accepting_and_drain(monotonic_now());
    hand_over_.end();
    operations_.stop();
  }

  Status restore() {
    Result<lifecycle::Control::Restored> restored = control_.restore();
    if (!restored) return std::move(restored).error();
    report_ = {restored->served, restored->failed};
    return {};
  }
  Report at_start() const override { return report_; }

  Status hear_operators(std::optional<http::ListenGroup> passed) override {
    http::ServerOptions options;
    options.listen.clear();
    std::vector<http::ListenGroup> handed;
    if (passed)
      handed.push_back(std::move(*passed));
    else
      options.listen = {{kUnixPrefix + socket_, 0}};
    Result<std::unique_ptr<http::Server>> server =
        http::Server::start(options, admin_.handler(), std::move(handed));
    if (!server) return std::move(server).error();
    server_ = std::move(*server);
    const std::string where = server_->listening().front().host.substr(kUnixPrefix.size());
    telemetry::log(telemetry::Level::info, "operators are heard", {{"socket", where}});
    return {};
  }

  Status let_go(Nanoseconds deadline) override { return hand_over_.let_go(deadline); }
  void take_back() override { hand_over_.take_back(); }
  Result<std::optional<http::ListenGroup>> control_socket() override {
    if (server_ == nullptr) return std::optional<http::ListenGroup>();
    Result<std::vector<http::ListenGroup>> groups = server_->duplicate_groups();
    if (!groups) return std::move(groups).error();
    return std::optional<http::ListenGroup>(std::move(groups->front()));
  }
  void retire() override {
    if (server_ != nullptr) server_->hand_over_and_drain(monotonic_now());
    hand_over_.end();
  }
  void abandon() override { hand_over_.end(); }

 private:
  inline static const std::string kUnixPrefix = "unix:";

  std::unique_ptr<lifecycle::Store> store_;
  lifecycle::Operations operations_;
  lifecycle::Control control_;
  StoreHandOver hand_over_;
  std::unique_ptr<lifecycle::TrialWatch> trials_;  // after what it starts operations of
  api::AdminService admin_;
  const std::string socket_;
  std::unique_ptr<http::Server> server_;  // last: it ends before what it asks; null: nobody is heard
  Report report_;
};

}  // namespace

Result<std::unique_ptr<ModelSource>> open_folder_source(const HostConfig& config,
                                                        const ServedModels& models) {
  auto source = std::make_unique<FolderSource>(config, models);
  if (Status started = source->start(); !started) return std::move(started).error();
  return std::unique_ptr<ModelSource>(std::move(source));
}

Result<std::unique_ptr<ModelSource>> open_store_source(const HostConfig& config, const ServedModels& models) {
  Result<std::unique_ptr<lifecycle::Store>> store = lifecycle::Store::open(real_file_system(), config.store);
  if (!store) return std::move(store).error();
  Result<std::unique_ptr<lifecycle::TrialWatch>> trials = lifecycle::TrialWatch::start();
  if (!trials) return std::move(trials).error();
  auto source = std::make_unique<StoreSource>(std::move(*store), std::move(*trials), models,
                                              control_socket(config.control, config.store));
  if (Status restored = source->restore(); !restored) return std::move(restored).error();
  return std::unique_ptr<ModelSource>(std::move(source));
}

Status ModelSource::hear_operators(std::optional<http::ListenGroup>) {
  return {};
}
Status ModelSource::let_go(Nanoseconds) {
  return {};
}
void ModelSource::take_back() {}
Result<std::optional<http::ListenGroup>> ModelSource::control_socket() {
  return std::optional<http::ListenGroup>();
}
void ModelSource::retire() {}
void ModelSource::abandon() {}

}  // namespace slipway::cli
