#include "lifecycle/upkeep.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace slipway::lifecycle {
namespace {

using Versions = std::vector<PublishedVersion>;

std::vector<std::string> labels_of(const PublishedVersion& version, const std::vector<Label>& labels) {
  std::vector<std::string> names;
  for (const Label& label : labels)
    if (label.model == version.model && label.version == version.version) names.push_back(label.name);
  return names;
}

// Empty: the version is as it was published.
std::string damage_of(Store& store, const PublishedVersion& version) {
  if (version.state == BundleState::collected) return "it was removed by garbage collection";
  if (version.state == BundleState::damaged) return "it was damaged and set aside";
  const Result<BundleContents> contents =
      read_contents(store.files(), store.bundles_folder() / version.digest, version.digest);
  return contents ? std::string() : contents.error().message;
}

Change change_of(const PublishedVersion& version, BundleState state, Action action, const std::string& by,
                 const std::string& why) {
  Change change;
  change.decision.by = by;
  change.decision.action = action;
  change.decision.model = version.model;
  change.decision.from = version.version;
  change.decision.why = why;
  change.version = version;
  change.version->state = state;
  return change;
}

// A name in the quarantine that is free: the same version may be damaged again.
Result<std::filesystem::path> quarantine_for(Store& store, const std::string& digest) {
  const Result<std::vector<FileSystem::Entry>> taken = store.files().list(store.quarantine_folder());
  if (!taken) return taken.error();
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(taken->begin(), taken->end(),
                       [&](const FileSystem::Entry& e) { return e.name == name; });
  };
  std::string name = digest;
  for (int copy = 2; is_taken(name); ++copy) name = digest + "-" + std::to_string(copy);
  return store.quarantine_folder() / name;
}

Status set_aside(Store& store, const Damage& damage, const std::string& by) {
  const PublishedVersion& version = damage.version;
  if (version.state != BundleState::stored) return {};  // long since
  const Result<std::filesystem::path> place = quarantine_for(store, version.digest);
  if (!place) return place.error();
  const Result<Decision> recorded =
      store.ledger().record(change_of(version, BundleState::damaged, Action::repair, by, damage.what));
  if (!recorded) return recorded.error();
  const Status moved = store.files().rename(store.bundles_folder() / version.digest, *place);
  if (!moved && moved.error().code != Code::not_found) return moved.error();  // a whole bundle may be missing
  return {};
}

// Of one model: those beyond what is kept.
void add_garbage(Versions versions, const std::vector<Label>& labels, const Retention& retention,
                 Nanoseconds now, Garbage& garbage) {
  std::stable_sort(
      versions.begin(), versions.end(),
      [](const PublishedVersion& a, const PublishedVersion& b) { return a.mentioned_at > b.mentioned_at; });
  for (std::size_t i = retention.keep; i < versions.size(); ++i) {
    if (now - versions[i].mentioned_at < retention.age || !labels_of(versions[i], labels).empty()) continue;
    garbage.bytes += versions[i].bytes;
    garbage.versions.push_back(std::move(versions[i]));
  }
}

}  // namespace

Result<Integrity> verify(Store& store) {
  Integrity integrity;
  Result<std::vector<std::string>> ledger = store.ledger().check();
  if (!ledger) return std::move(ledger).error();
  integrity.ledger = std::move(*ledger);
  const Result<Versions> versions = store.ledger().versions();
  if (!versions) return versions.error();
  const Result<std::vector<Label>> labels = store.ledger().labels();
  if (!labels) return labels.error();
  for (const PublishedVersion& version : *versions) {
    std::vector<std::string> names = labels_of(version, *labels);
    if (version.state != BundleState::stored && names.empty()) continue;  // nobody misses it
    std::string what = damage_of(store, version);
    if (what.empty())
      ++integrity.intact;
    else
      integrity.damaged.push_back({version, std::move(what), std::move(names)});
  }
  return integrity;
}

Result<Integrity> repair(Store& store, const std::string& by) {
  Result<Integrity> integrity = verify(store);
  if (!integrity) return integrity;
  for (const Damage& damage : integrity->damaged)
    if (Status aside = set_aside(store, damage, by); !aside) return std::move(aside).error();
  return integrity;
}

Result<Garbage> find_garbage(Store& store, const Retention& retention, Nanoseconds now) {
  const Result<Versions> versions = store.ledger().versions();
  if (!versions) return versions.error();
  const Result<std::vector<Label>> labels = store.ledger().labels();
  if (!labels) return labels.error();
  std::map<std::string, Versions> models;
  std::set<std::string> known;
  for (const PublishedVersion& version : *versions) {
    if (version.state != BundleState::stored) continue;
    models[version.model].push_back(version);
    known.insert(version.digest);
  }
  Garbage garbage;
  for (auto& [model, of_model] : models) add_garbage(std::move(of_model), *labels, retention, now, garbage);
  const Result<std::vector<FileSystem::Entry>> folders = store.files().list(store.bundles_folder());
  if (!folders) return folders.error();
  for (const FileSystem::Entry& folder : *folders)
    if (!known.contains(folder.name)) garbage.strays.push_back(folder.name);
  return garbage;
}

Result<Garbage> collect(Store& store, const Retention& retention, Nanoseconds now, const std::string& by) {
  Result<Garbage> garbage = find_garbage(store, retention, now);
  if (!garbage) return garbage;
  for (const PublishedVersion& version : garbage->versions) {
    const Result<Decision> recorded =
        store.ledger().record(change_of(version, BundleState::collected, Action::collect, by,
                                        "no label points to it, and it is none of the last used"));
    if (!recorded) return recorded.error();
    if (Status gone = store.discard(store.bundles_folder() / version.digest); !gone)
      return std::move(gone).error();
  }
  for (const std::string& stray : garbage->strays)
    if (Status gone = store.discard(store.bundles_folder() / stray); !gone) return std::move(gone).error();
  return garbage;
}

}  // namespace slipway::lifecycle
