// A version of a model that can be called: its bundle and its predictor.
#pragma once

#include <functional>
#include <memory>

#include "base/result.hpp"
#include "model/bundle.hpp"
#include "model/host_services.hpp"
#include "model/predictor.hpp"

namespace slipway::model {

class ModelVersion {
 public:
  // Makes what answers for the version; the bundle outlives it.
  using PredictorFactory = std::function<Result<std::unique_ptr<Predictor>>(const Bundle&)>;

  // Looks at the bundle's plugin and copies it into `cache` (content-addressed; see
  // plugin/stored_library.hpp). Runs none of its code.  [control]
  static Result<plugin::StoredLibrary> store_plugin(const Bundle& bundle, const std::filesystem::path& cache);
  // Loads the copy; there is no model to call before create().  [control]
  static Result<std::unique_ptr<ModelVersion>> load_plugin(Bundle bundle, plugin::StoredLibrary stored);
  // The same, with what `make` makes instead. `digest`: the plugin's.  [control]
  static Result<std::unique_ptr<ModelVersion>> with_predictor(Bundle bundle, const Sha256& digest,
                                                              const PredictorFactory& make);
  // Loads the copy and creates the model.  [control]
  static Result<std::unique_ptr<ModelVersion>> load(Bundle bundle, plugin::StoredLibrary stored);
  // All three steps, in this process whatever the manifest says of isolation.  [control]
  static Result<std::unique_ptr<ModelVersion>> load(Bundle bundle, const std::filesystem::path& cache);
  ModelVersion(const ModelVersion&) = delete;
  ModelVersion& operator=(const ModelVersion&) = delete;

  const Bundle& bundle() const { return bundle_; }
  const Manifest& manifest() const { return bundle_.manifest; }
  const std::string& name() const { return bundle_.manifest.name; }
  const std::string& version() const { return bundle_.manifest.version.text(); }
  const HostServices& services() const { return services_; }
  HostServices& services() { return services_; }
  const std::string& digest() const { return digest_; }  // of the plugin, SHA-256 in hexadecimal
  Predictor& predictor() const { return *predictor_; }
  bool batches() const { return predictor_->batches(); }

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
  std::unique_ptr<Predictor> predictor_;  // last: it refers to what is above
};

}  // namespace slipway::model
