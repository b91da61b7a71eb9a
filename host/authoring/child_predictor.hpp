// A model under test in one sandboxed process, which is replaced whenever a call has ended it. Unlike a pool
// of workers (worker/worker_pool.hpp) it repeats no call and never waits before it starts another process: a
// crash is what is looked for.
#pragma once

#include <memory>
#include <string>

#include "model/bundle.hpp"
#include "model/predictor.hpp"
#include "worker/worker.hpp"

namespace slipway::authoring {

// What became of the process in the last call.
enum class Survival { lived, crashed, hung };

// One thread at a time, which outlives it.
class ChildPredictor : public model::Predictor {
 public:
  // Both outlive it. `program`: what to start; tests are not `slipway`, and name it.
  ChildPredictor(const model::Bundle& bundle, const plugin::StoredLibrary& stored,
                 std::filesystem::path program);

  Status create(model::HostServices& services) override;
  // After create(): starts a process if none runs. What predict() would do, but within the call's time.
  Status ensure_process();
  Status predict(const model::Prediction& prediction, document::Builder& response) override;
  bool hands_over() const override { return true; }
  std::uint32_t most_at_once() const override { return 1; }
  void destroy() override { worker_.reset(); }
  plugin::UnloadReport unload() override;

  Survival survival() const { return survival_; }

 private:
  Status start();
  Status hear_until_ready();
  void hear_the_rest();
  Status ended(worker::CallClient::Outcome outcome);

  worker::WorkerPlan plan_;
  model::HostServices* services_ = nullptr;
  std::unique_ptr<worker::Worker> worker_;  // null: none runs
  Survival survival_ = Survival::lived;
};

}  // namespace slipway::authoring
