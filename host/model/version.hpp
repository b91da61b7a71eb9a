// A version of a model that can be called: its bundle and its predictor.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "model/bundle.hpp"
#include "model/host_services.hpp"
#include "model/plugin_predictor.hpp"

namespace slipway::model {

class ModelVersion {
 public:
  // Looks at the bundle's plugin and copies it into `cache` (content-addressed; see
  // plugin/stored_library.hpp). Runs none of its code.  [control]
  static Result<plugin::StoredLibrary> store_plugin(const Bundle& bundle, const std::filesystem::path& cache);
  // Loads the copy; there is no model to call before create().  [control]
  static Result<std::unique_ptr<ModelVersion>> load_plugin(Bundle bundle, plugin::StoredLibrary stored);
  // Loads the copy and creates the model.  [control]
  static Result<std::unique_ptr<ModelVersion>> load(Bundle bundle, plugin::StoredLibrary stored);
  // All three steps.  [control]
  static Result<std::unique_ptr<ModelVersion>> load(Bundle bundle, const std::filesystem::path& cache);
  ModelVersion(const ModelVersion&) = delete;
  ModelVersion& operator=(const ModelVersion&) = delete;

  const Bundle& bundle() const { return bundle_; }
  const Manifest& manifest() const { return bundle_.manifest; }
  const std::string& name() const { return bundle_.manifest.name; }
  const std::string& version() const { return bundle_.manifest.version.text(); }
  const HostServices& services() const { return services_; }
  const std::string& digest() const { return digest_; }  // of the plugin, SHA-256 in hexadecimal
  Predictor& predictor() { return *predictor_; }
  bool has_own_threads() const { return predictor_->has_own_threads(); }

  Status create();  // the model; once  [control]
  // Destroys the model, which nobody may call any more. The plugin stays loaded.  [control]
  void destroy() { predictor_->destroy(); }
  // Destroys the model and unloads the plugin. Nobody may call it, now or later.  [control]
  plugin::UnloadReport unload() { return predictor_->unload(); }

 private:
  explicit ModelVersion(Bundle bundle);

  Bundle bundle_;
  HostServices services_;
  std::string digest_;
  std::unique_ptr<PluginPredictor> predictor_;  // last: it refers to what is above
};

}  // namespace slipway::model
