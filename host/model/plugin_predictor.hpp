// A model in this process: its plugin loaded, its instance created, its calls made through the C ABI.
#pragma once

#include <slipway/ext/batch.h>

#include <memory>
#include <optional>

#include "base/result.hpp"
#include "base/spares.hpp"
#include "model/bundle.hpp"
#include "model/own_threads.hpp"
#include "model/predictor.hpp"
#include "plugin/library.hpp"

namespace slipway::model {

class PluginPredictor : public Predictor {
 public:
  // Loads the plugin and checks that it is what the manifest says. `bundle` must outlive the predictor.
  // [control]
  static Result<std::unique_ptr<PluginPredictor>> load(plugin::StoredLibrary stored, const Bundle& bundle);
  ~PluginPredictor() override;  // destroys the model and unloads the plugin  [control]
  PluginPredictor(const PluginPredictor&) = delete;
  PluginPredictor& operator=(const PluginPredictor&) = delete;

  Status create(HostServices& services) override;
  Status predict(const Prediction& prediction, document::Builder& response) override;
  bool batches() const override { return batch_.has_value(); }
  void predict_batch(std::span<BatchItem> items) override;
  bool hands_over() const override { return threads_ != nullptr; }
  std::uint32_t most_at_once() const override;
  void destroy() override;  // ends the threads of the model's own, too
  plugin::UnloadReport unload() override;

 private:
  struct BatchMemory;

  PluginPredictor(const Bundle& bundle, std::unique_ptr<OwnThreads> threads);

  Status load_library(plugin::StoredLibrary stored);
  Status load_batching();
  Status create_here(const HostServices& services);
  // Runs plugin code where it may run; false where there is no thread for it.
  template <class Work>
  bool where_it_may_run(const Work& work);

  const Bundle& bundle_;
  std::unique_ptr<OwnThreads> threads_;  // null: any thread will do
  std::optional<plugin::Library> library_;
  std::optional<slw_batch> batch_;  // where the manifest asks for it
  Spares<BatchMemory> batch_memory_;
  void* model_ = nullptr;
  bool created_ = false;
};

}  // namespace slipway::model
