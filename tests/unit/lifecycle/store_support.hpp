// Bundles to publish, and what a store that holds them says, for the tests of this folder.
#pragma once

#include <catch2/catch.hpp>

#include <string>

#include "lifecycle/store.hpp"
#include "lifecycle/upkeep.hpp"
#include "temporary_directory.hpp"

namespace slipway::test {

// The sentence of a refusal; "" when there was none.
inline std::string refusal(const Status& status) {
  return status ? std::string() : status.error().message;
}
template <class T>
std::string refusal(const Result<T>& result) {
  return result.ok() ? std::string() : result.error().message;
}

// A folder with what a store needs to see of a bundle.
inline std::filesystem::path make_bundle(const TemporaryDirectory& home, const std::string& model,
                                         const std::string& version, const std::string& library = "library") {
  const std::string folder = model + "-" + version;
  home.write(folder + "/model.yaml", "name: " + model + "\nversion: " + version + "\nplugin: p\n");
  home.write(folder + "/lib/x86_64/p.so", library + version);
  home.write(folder + "/README.md", "A model.\n");
  return home / folder;
}

inline lifecycle::Publication publish(lifecycle::Store& store, const std::filesystem::path& bundle) {
  Result<lifecycle::StagedBundle> staged = store.stage(bundle);
  REQUIRE(refusal(staged) == "");
  Result<lifecycle::Publication> published = store.publish(std::move(*staged), "tester");
  REQUIRE(refusal(published) == "");
  return *published;
}

inline lifecycle::Change release(const std::string& model, const std::string& label,
                                 const std::string& version) {
  lifecycle::Change change;
  change.decision.by = "tester";
  change.decision.action = lifecycle::Action::release;
  change.decision.model = model;
  change.decision.label = label;
  change.decision.to = version;
  change.labels = {{model, label, version, std::nullopt}};
  return change;
}

}  // namespace slipway::test
