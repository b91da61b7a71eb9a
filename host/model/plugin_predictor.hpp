// A model in this process: its plugin loaded, its instance created, its calls made through the C ABI.
#pragma once

#include <memory>
#include <optional>

#include "base/result.hpp"
#include "model/bundle.hpp"
#include "model/host_services.hpp"
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

  // Creates the model; once, before anything is predicted. `services` must outlive the predictor. May take
  // as long as the model's author likes.  [control]
  Status create(const HostServices& services);

  Status predict(const Prediction& prediction, document::Builder& response) override;

  // Whether a call changes threads on its way to the plugin and back, which costs more than most predictions.
  bool has_own_threads() const { return threads_ != nullptr; }

  // Destroys the model, if there is one, and ends the threads of its own. No call may be running.
  // [control]
  void destroy();
  // Destroys the model and unloads the plugin, and says whether the plugin left memory.  [control]
  plugin::UnloadReport unload();

 private:
  PluginPredictor(const Bundle& bundle, std::unique_ptr<OwnThreads> threads);

  Status load_library(plugin::StoredLibrary stored);
  Status create_here(const HostServices& services);
  // Runs plugin code where it may run; false where there is no thread for it.
  template <class Work>
  bool where_it_may_run(const Work& work);

  const Bundle& bundle_;
  std::unique_ptr<OwnThreads> threads_;  // null: any thread will do
  std::optional<plugin::Library> library_;
  void* model_ = nullptr;
  bool created_ = false;
};

}  // namespace slipway::model
