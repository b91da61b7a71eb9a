#include "lifecycle/folder.hpp"

#include <algorithm>
#include <chrono>
#include <set>

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

// Release versions before pre-releases, higher before lower.
bool better(const model::SemanticVersion& a, const model::SemanticVersion& b) {
  if (a.is_prerelease() != b.is_prerelease()) return !a.is_prerelease();
  return a > b;
}

// Whether the newest change to a file is at least `time` ago; a clock that was set back makes it unknown.
bool is_older(const std::vector<BundleFile>& files, Nanoseconds time) {
  using namespace std::chrono;
  const std::int64_t now = duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
  return std::all_of(files.begin(), files.end(),
                     [&](const BundleFile& file) { return file.changed_ns + time <= now; });
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

Folder::Folder(fs::path directory, FolderOptions options, Catalog& catalog, Deployer& deployer,
               Reaper& reaper)
    : directory_(std::move(directory)),
      options_(options),
      catalog_(catalog),
      deployer_(deployer),
      reaper_(reaper) {}

Result<Nanoseconds> Folder::scan() {
  const Result<std::vector<fs::path>> bundles = find_bundles(directory_);
  if (!bundles) return bundles.error();
  Nanoseconds again = 0;
  const auto look_again_at = [&](Nanoseconds time) {
    if (time != 0 && (again == 0 || time < again)) again = time;
  };
  // New bundles first: what takes another's place serves before the other goes.
  for (const fs::path& bundle : *bundles) look_again_at(look_at(bundle, places_[bundle]));
  const std::set<fs::path> present(bundles->begin(), bundles->end());
  for (auto at = places_.begin(); at != places_.end();) {
    auto& [bundle, place] = *at;
    if (present.contains(bundle)) {
      ++at;
      continue;
    }
    if (place.gone_since == 0) place.gone_since = monotonic_now();
    const Nanoseconds end = place.gone_since + options_.grace;
    if (place.served.id != 0 && monotonic_now() < end) {
      look_again_at(end);
      ++at;
      continue;
    }
    if (place.served.id != 0)
      telemetry::log(telemetry::Level::info, "a bundle has gone: its version is taken out of service",
                     {{"bundle", bundle.string()},
                      {"model", place.served.model},
                      {"version", place.served.version.text()}});
    Place gone = std::move(place);
    at = places_.erase(at);
    take_out(gone);
  }
  return again;
}

// Returns when to look again, 0 where that is only when something changes.
Nanoseconds Folder::look_at(const fs::path& bundle, Place& place) {
  place.gone_since = 0;
  const Result<std::vector<BundleFile>> files = list_bundle(bundle);
  if (!files) {
    if (place.tried != files.error().message) refuse(bundle, place, files.error());
    place.tried = files.error().message;
    return 0;
  }
  const std::string now = fingerprint(*files);
  if (now == place.tried) return 0;
  if (now != place.seen) {
    place.seen = now;
    place.seen_since = monotonic_now();
  }
  const Nanoseconds settled = place.seen_since + options_.settle;
  if (!is_older(*files, options_.settle) && monotonic_now() < settled) return settled;
  place.tried = now;
  bring_in(bundle, place, *files);
  return 0;
}

void Folder::refuse(const fs::path& bundle, Place& place, const Error& error) {
  place.refused = true;
  const bool serves = place.served.id != 0;
  telemetry::log(telemetry::Level::error,
                 serves ? "a bundle is not served; the version before it still is" : "a bundle is not served",
                 {{"bundle", bundle.string()}, {"why", error.message}});
}

void Folder::bring_in(const fs::path& bundle, Place& place, const std::vector<BundleFile>& files) {
  const Result<std::string> digest = bundle_digest(bundle, files);
  if (!digest) return refuse(bundle, place, digest.error());
  if (place.served.id != 0 && *digest == place.digest) {  // touched, or changed back
    if (std::exchange(place.refused, false))
      telemetry::log(telemetry::Level::info, "a bundle is as it is served", {{"bundle", bundle.string()}});
    return;
  }
  Result<Deployer::Deployed> deployed = deployer_.deploy(bundle, *digest);
  if (!deployed) return refuse(bundle, place, deployed.error());
  // What was loaded must be what was hashed: a file that changed meanwhile makes it a mixture of two bundles.
  const Result<std::vector<BundleFile>> after = list_bundle(bundle);
  if (!after || fingerprint(*after) != place.tried) {
    reaper_.retire(deployed->id, true);
    place.tried.clear();  // it is looked at again: the change is an event of its own
    return;
  }
  if (is_taken(place, *deployed)) {
    const std::string what = deployed->model + " " + deployed->version.text();
    reaper_.retire(deployed->id, true);
    return refuse(bundle, place,
                  Error(Code::already_exists,
                        what + " is served from another folder already; give one of them another version"));
  }
  deployer_.remember(*deployed);
  Place before = place;
  place.refused = false;
  place.digest = *digest;
  place.served = *deployed;
  choose_stable(deployed->model);
  take_out(before);
}

bool Folder::is_taken(const Place& place, const Deployer::Deployed& deployed) const {
  return std::any_of(places_.begin(), places_.end(), [&](const auto& each) {
    const Place& other = each.second;
    return &other != &place && other.served.id != 0 && other.gone_since == 0 &&
           other.served.model == deployed.model && other.served.version.text() == deployed.version.text();
  });
}

// `place` is no longer among places_, or a copy of what one was.
void Folder::take_out(Place& place) {
  if (place.served.id == 0) return;
  choose_stable(place.served.model);
  reaper_.retire(place.served.id, true);
}

void Folder::choose_stable(const std::string& model) {
  const Deployer::Deployed* best = nullptr;
  for (const auto& [bundle, place] : places_) {
    if (place.served.id == 0 || place.served.model != model) continue;
    if (best == nullptr || better(place.served.version, best->version)) best = &place.served;
  }
  if (best == nullptr || catalog_.labelled(model, kStable) == best->id) return;
  catalog_.point(std::string(kStable), best->id);
  telemetry::log(telemetry::Level::info, "label moved",
                 {{"model", model}, {"label", kStable}, {"to", best->version.text()}});
}

FolderReport Folder::report() const {
  std::set<std::string_view> models;
  FolderReport report;
  for (const auto& [bundle, place] : places_) {
    if (place.served.id != 0) models.insert(place.served.model);
    if (place.refused) ++report.refused;
  }
  report.served = models.size();
  return report;
}

}  // namespace slipway::lifecycle
