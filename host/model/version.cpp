#include "model/version.hpp"

#include "telemetry/log.hpp"

namespace slipway::model {
ModelVersion::ModelVersion(Bundle bundle)
    : bundle_(std::move(bundle)), services_(bundle_.manifest.name, bundle_.manifest.version.text()) {}

Result<std::unique_ptr<ModelVersion>> ModelVersion::load(Bundle bundle, const std::filesystem::path& cache) {
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
  if (!stored) return std::move(stored).error();
  if (!stored->why_in_memory().empty())
    telemetry::log(telemetry::Level::debug, "the plugin's private copy is in memory",
                   {{"model", bundle.manifest.name}, {"why", stored->why_in_memory()}});
  const std::string digest = to_hex(stored->digest());
  const std::string file = bundle.plugin_file().string();
  Result<plugin::Library> library = plugin::Library::load(std::move(*stored));
  if (!library) return std::move(library).error().within(file);

  std::unique_ptr<ModelVersion> version(new ModelVersion(std::move(bundle)));
  version->digest_ = digest;
  Result<std::unique_ptr<PluginPredictor>> predictor =
      PluginPredictor::create(std::move(*library), version->bundle_, version->services_);
  if (!predictor) return std::move(predictor).error().within(file);
  version->predictor_ = std::move(*predictor);
  return version;
}

}  // namespace slipway::model
