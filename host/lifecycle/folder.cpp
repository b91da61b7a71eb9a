#include "lifecycle/folder.hpp"

#include <algorithm>
#include <map>

#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

namespace fs = std::filesystem;

bool is_bundle(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / "model.yaml", error);
}

std::vector<fs::path> folders_in(const fs::path& directory, std::error_code& error) {
  std::vector<fs::path> folders;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->path().filename().string().starts_with('.') || !at->is_directory(ignored)) continue;
    folders.push_back(at->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

void log_refusal(const fs::path& bundle, const Error& error) {
  telemetry::log(telemetry::Level::error, "a bundle is not served",
                 {{"bundle", bundle.string()}, {"why", error.message}});
}

void log_served(const model::ModelVersion& version, std::size_t cases, Nanoseconds took) {
  telemetry::log(telemetry::Level::info, "model loaded",
                 {{"model", version.name()},
                  {"version", version.version()},
                  {"golden_cases", static_cast<std::int64_t>(cases)},
                  {"ms", static_cast<double>(took) / static_cast<double>(kMillisecond)}});
}

// Release versions before pre-releases, higher before lower.
bool better(const model::SemanticVersion& a, const model::SemanticVersion& b) {
  if (a.is_prerelease() != b.is_prerelease()) return !a.is_prerelease();
  return a > b;
}

struct Loaded {
  model::SemanticVersion version;
  std::shared_ptr<model::Slot> slot;
};

std::shared_ptr<const model::RoutingTable> make_table(
    const std::map<std::string, std::vector<Loaded>>& models) {
  auto table = std::make_shared<model::RoutingTable>();
  for (const auto& [name, versions] : models) {
    model::Route route;
    const Loaded* stable = &versions.front();
    for (const Loaded& each : versions) {
      route.versions.emplace(each.version.text(), each.slot);
      if (better(each.version, stable->version)) stable = &each;
    }
    route.stable = stable->slot;
    table->add(name, std::move(route));
  }
  return table;
}

}  // namespace

Result<std::vector<fs::path>> find_bundles(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    return Error(Code::not_found, "the models folder " + directory.string() +
                                      " does not exist; name a folder of bundles with --models");
  std::vector<fs::path> bundles;
  for (const fs::path& model : folders_in(directory, error)) {
    if (is_bundle(model)) {
      bundles.push_back(model);
      continue;
    }
    std::error_code ignored;
    for (const fs::path& version : folders_in(model, ignored))
      if (is_bundle(version)) bundles.push_back(version);
  }
  if (error)
    return Error(Code::io, "cannot read the models folder " + directory.string() + ": " + error.message());
  return bundles;
}

Result<FolderReport> load_folder(const fs::path& directory, const fs::path& cache,
                                 const SlotFactory& make_slot) {
  const Result<std::vector<fs::path>> bundles = find_bundles(directory);
  if (!bundles) return bundles.error();
  std::map<std::string, std::vector<Loaded>> models;
  FolderReport report;
  for (const fs::path& bundle : *bundles) {
    const Nanoseconds begin = monotonic_now();
    Result<GatedVersion> gated = open_gated(bundle, cache);
    if (!gated) {
      log_refusal(bundle, gated.error());
      ++report.failed;
      continue;
    }
    const model::ModelVersion& version = *gated->version;
    std::vector<Loaded>& versions = models[version.name()];
    const model::SemanticVersion number = version.manifest().version;
    const bool taken = std::any_of(versions.begin(), versions.end(),
                                   [&](const Loaded& each) { return each.version.text() == number.text(); });
    if (taken) {
      log_refusal(bundle,
                  Error(Code::already_exists,
                        version.name() + " " + number.text() +
                            " is served from another folder already; give one of them another version"));
      ++report.failed;
      continue;
    }
    log_served(version, gated->cases, monotonic_now() - begin);
    versions.push_back({number, make_slot(std::move(*gated))});
  }
  report.table = make_table(models);
  return report;
}

}  // namespace slipway::lifecycle
