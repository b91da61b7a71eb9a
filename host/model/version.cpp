#include "model/version.hpp"

#include "model/plugin_predictor.hpp"
#include "telemetry/log.hpp"

namespace slipway::model {
namespace {

// Which a copy in the cache would not find: the loader looks for them where the plugin lies.
bool has_libraries_beside(const std::filesystem::path& plugin) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(plugin.parent_path(), error), end; !error && at != end;
       at.increment(error))
    if (at->path() != plugin && at->path().filename().string().find(".so") != std::string::npos) return true;
  return false;
}

}  // namespace

ModelVersion::ModelVersion(Bundle bundle)
    : bundle_(std::move(bundle)), services_(bundle_.manifest.name, bundle_.manifest.version.text()) {}

Result<plugin::StoredLibrary> ModelVersion::store_plugin(const Bundle& bundle,
                                                         const std::filesystem::path& cache) {
  plugin::InspectionPolicy policy;
  policy.own_process = bundle.manifest.isolation == Isolation::process;
  const bool in_place = policy.own_process && has_libraries_beside(bundle.plugin_file());
  Result<plugin::StoredLibrary> stored =
      in_place ? plugin::StoredLibrary::in_place(bundle.plugin_file(), policy)
               : plugin::StoredLibrary::store(bundle.plugin_file(), cache, policy);
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
  const Sha256 digest = stored.digest();
  return with_predictor(std::move(bundle), digest,
                        [&](const Bundle& kept) -> Result<std::unique_ptr<Predictor>> {
                          auto predictor = PluginPredictor::load(std::move(stored), kept);
                          if (!predictor) return std::move(predictor).error();
                          return std::unique_ptr<Predictor>(std::move(*predictor));
                        });
}

Result<std::unique_ptr<ModelVersion>> ModelVersion::with_predictor(Bundle bundle, const Sha256& digest,
                                                                   const PredictorFactory& make) {
  std::unique_ptr<ModelVersion> version(new ModelVersion(std::move(bundle)));
  version->digest_ = to_hex(digest);
  Result<std::unique_ptr<Predictor>> predictor = make(version->bundle_);
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
