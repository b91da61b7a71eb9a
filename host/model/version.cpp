#include "model/version.hpp"

#include "telemetry/log.hpp"

namespace slipway::model {
ModelVersion::ModelVersion(Bundle bundle)
    : bundle_(std::move(bundle)), services_(bundle_.manifest.name, bundle_.manifest.version.text()) {}

Result<plugin::StoredLibrary> ModelVersion::store_plugin(const Bundle& bundle,
                                                         const std::filesystem::path& cache) {
  if (bundle.manifest.isolation == Isolation::process)
    return Error(
        Code::unsupported,
        "isolation: process is not supported by this build of Slipway yet; set isolation: in-process in " +
            (bundle.directory / "model.yaml").string());
  Result<plugin::StoredLibrary> stored =
      plugin::StoredLibrary::store(bundle.plugin_file(), cache, plugin::InspectionPolicy());
  if (!stored && stored.error().code == Code::not_found)
    return Error(Code::not_found, "the bundle has no plugin for this host: " + bundle.plugin_file().string() +
                                      " does not exist; build it for " + std::string(host_architecture()) +
                                      " and put it there");
  if (stored && !stored->why_in_memory().empty())
    telemetry::log(telemetry::Level::debug, "the plugin's private copy is in memory",
                   {{"model", bundle.manifest.name}, {"why", stored->why_in_memory()}});
  return stored;
}

Result<std::unique_ptr<ModelVersion>> ModelVersion::load_plugin(Bundle bundle, plugin::StoredLibrary stored) {
  std::unique_ptr<ModelVersion> version(new ModelVersion(std::move(bundle)));
  version->digest_ = to_hex(stored.digest());
  Result<std::unique_ptr<PluginPredictor>> predictor =
      PluginPredictor::load(std::move(stored), version->bundle_);
  if (!predictor) return std::move(predictor).error().within(version->bundle_.plugin_file().string());
  version->predictor_ = std::move(*predictor);
  return version;
}

Status ModelVersion::create() {
  Status created = predictor_->create(services_);
  if (!created) return std::move(created).error().within(bundle_.plugin_file().string());
  return {};
}

Result<std::unique_ptr<ModelVersion>> ModelVersion::load(Bundle bundle, plugin::StoredLibrary stored) {
  Result<std::unique_ptr<ModelVersion>> version = load_plugin(std::move(bundle), std::move(stored));
  if (!version) return version;
  if (Status created = (*version)->create(); !created) return std::move(created).error();
  return version;
}

Result<std::unique_ptr<ModelVersion>> ModelVersion::load(Bundle bundle, const std::filesystem::path& cache) {
  Result<plugin::StoredLibrary> stored = store_plugin(bundle, cache);
  if (!stored) return std::move(stored).error();
  return load(std::move(bundle), std::move(*stored));
}

}  // namespace slipway::model
