// A model in this process: its plugin loaded, its instance created, its calls made through the C ABI.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "model/bundle.hpp"
#include "model/host_services.hpp"
#include "model/predictor.hpp"
#include "plugin/library.hpp"

namespace slipway::model {

class PluginPredictor : public Predictor {
 public:
  // Checks that the plugin is what the manifest says, and creates its model. `bundle` and `services` must
  // outlive the predictor. May take as long as the model's author likes.  [control]
  static Result<std::unique_ptr<PluginPredictor>> create(plugin::Library library, const Bundle& bundle,
                                                         const HostServices& services);
  ~PluginPredictor() override;  // destroys the model and unloads the plugin  [control]
  PluginPredictor(const PluginPredictor&) = delete;
  PluginPredictor& operator=(const PluginPredictor&) = delete;

  Status predict(const Prediction& prediction, document::Builder& response) override;

  // Destroys the model and unloads the plugin, and says whether the plugin left memory. No call may be
  // running.  [control]
  plugin::UnloadReport unload();

 private:
  PluginPredictor(plugin::Library library, const Bundle& bundle);

  plugin::Library library_;
  const Bundle& bundle_;
  void* model_ = nullptr;
  bool created_ = false;
};

}  // namespace slipway::model
