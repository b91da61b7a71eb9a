// The power is cut at every single change that a history of publishing, releasing, collecting and repairing
// makes to the disk. Whatever the disk kept of what was not durable, the store that is opened afterwards says
// exactly what was acknowledged, and perhaps the one step that was under way, wholly.
#include <functional>

#include "power_cut_vfs.hpp"
#include "store_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;

namespace {

// What a store holds, as its user sees it.
struct World {
  std::map<std::string, std::string> versions;  // "churn 1.0.0": its state
  std::map<std::string, std::string> labels;    // "churn stable": its version
  std::size_t decisions = 0;

  bool operator==(const World&) const = default;
};

struct Step {
  std::function<bool(PowerCutDisk&, Store&)> act;  // whether it was acknowledged
  std::function<void(World&)> effect;
};

const std::string kRoot = "/srv/store";

class Scenario {
 public:
  Scenario() {
    for (const char* version : {"1.0.0", "1.1.0", "1.2.0"}) make_bundle(home_, "churn", version);
    add_publication("1.0.0");
    add_release("stable", "1.0.0");
    add_publication("1.1.0");
    add_release("stable", "1.1.0");
    add_release("canary", "1.0.0");
    add_damage("1.1.0");
    add_repair("1.1.0");
    add_publication("1.1.0");
    add_publication("1.2.0");
    steps_.push_back({[](PowerCutDisk&, Store& store) {
                        return collect(store, {0, 0}, utc_now(), "ada").ok();
                      },
                      [](World& world) {
                        world.versions["churn 1.2.0"] = "collected";
                        ++world.decisions;
                      }});
    add_publication("1.2.0");
  }

  const std::vector<Step>& steps() const { return steps_; }

 private:
  void add_publication(const std::string& version) {
    const auto source = home_ / ("churn-" + version);
    steps_.push_back({[=](PowerCutDisk&, Store& store) {
                        Result<StagedBundle> staged = store.stage(source);
                        return staged.ok() && store.publish(std::move(*staged), "ada").ok();
                      },
                      [=](World& world) {
                        world.versions["churn " + version] = "stored";
                        ++world.decisions;
                      }});
  }
  void add_release(const std::string& label, const std::string& version) {
    steps_.push_back({[=](PowerCutDisk&, Store& store) {
                        return store.ledger().record(release("churn", label, version)).ok();
                      },
                      [=](World& world) {
                        world.labels["churn " + label] = version;
                        ++world.decisions;
                      }});
  }
  void add_damage(const std::string& version) {
    steps_.push_back({[=](PowerCutDisk& disk, Store& store) {
                        const auto published = store.ledger().version("churn", version);
                        if (!published || !*published) return false;
                        const auto file = store.bundles_folder() / (*published)->digest / "bundle/model.yaml";
                        disk.find(file)->bytes += "#";
                        disk.find(file)->durable_bytes += "#";
                        return true;
                      },
                      [=](World& world) { world.versions["churn " + version] = "broken"; }});
  }
  void add_repair(const std::string& version) {
    steps_.push_back({[](PowerCutDisk&, Store& store) { return repair(store, "ada").ok(); },
                      [=](World& world) {
                        world.versions["churn " + version] = "damaged";
                        ++world.decisions;
                      }});
  }

  TemporaryDirectory home_;
  std::vector<Step> steps_;
};

// None: the ledger cannot be read.
std::optional<World> world_of(Store& store) {
  World world;
  const auto versions = store.ledger().versions();
  const auto labels = store.ledger().labels();
  const auto history = store.ledger().history({"", "", 1000});
  if (!versions || !labels || !history) return std::nullopt;
  for (const PublishedVersion& each : *versions) {
    const bool intact = store.bundle(each.model, each.version).ok();
    world.versions[each.model + " " + each.version] =
        each.state == BundleState::stored && !intact ? "broken" : to_text(each.state);
  }
  for (const Label& label : *labels) world.labels[label.model + " " + label.name] = label.version;
  world.decisions = history->size();
  return world;
}

// Opens the store and goes on from `first` as long as steps are acknowledged; the first that was not.
std::size_t run(PowerCutDisk& disk, const Scenario& scenario, std::size_t first) {
  PowerCutVfs vfs(disk);
  Result<std::unique_ptr<Store>> store = Store::open(disk, kRoot);
  if (!store) return first;
  std::size_t step = first;
  while (step < scenario.steps().size() && scenario.steps()[step].act(disk, **store)) ++step;
  return step;
}

World after(const Scenario& scenario, std::size_t steps) {
  World world;
  for (std::size_t i = 0; i < steps; ++i) scenario.steps()[i].effect(world);
  return world;
}

// Empty, or how the store that is found on the disk is not as it should be.
std::string fault(PowerCutDisk& disk, const Scenario& scenario, std::size_t acknowledged) {
  {
    PowerCutVfs vfs(disk);
    const Result<std::unique_ptr<Store>> store = Store::open(disk, kRoot);
    if (!store) return "it cannot be opened: " + store.error().message;
    const std::optional<World> world = world_of(**store);
    if (!world) return "the ledger cannot be read";
    const std::size_t under_way = std::min(acknowledged + 1, scenario.steps().size());
    if (*world != after(scenario, acknowledged) && *world != after(scenario, under_way))
      return "what was acknowledged is not there, or something is there by half";
    if (!(*store)->ledger().check()->empty()) return "the ledger is damaged";
  }
  // The step that was cut off can be taken again, and all that follow.
  return run(disk, scenario, acknowledged) == scenario.steps().size() ? "" : "it does not go on from here";
}

struct Search {
  std::size_t cuts = 0;  // tried
  std::string fault;     // the first that was found
};

// `prepare` may make the disk a worse one.
Search cut_everywhere(const std::function<void(PowerCutDisk&)>& prepare) {
  const Scenario scenario;
  Search search;
  for (std::size_t changes = 0;; ++changes) {
    PowerCutDisk disk;
    prepare(disk);
    disk.cut_power_after(changes);
    const std::size_t acknowledged = run(disk, scenario, 0);
    using Keeps = PowerCutDisk::Keeps;
    for (const auto& [keeps, seed] : {std::pair{Keeps::nothing, 0u}, std::pair{Keeps::everything, 0u},
                                      std::pair{Keeps::some, 1u}, std::pair{Keeps::some, 2u}}) {
      const std::unique_ptr<PowerCutDisk> restarted =
          disk.after_power_cut(keeps, seed + static_cast<unsigned>(changes) * 7);
      ++search.cuts;
      search.fault = fault(*restarted, scenario, acknowledged);
      if (search.fault.empty()) continue;
      search.fault += " (after " + std::to_string(changes) + " changes, " + std::to_string(acknowledged) +
                      " steps acknowledged)";
      return search;
    }
    if (acknowledged == scenario.steps().size() && disk.has_power()) return search;
  }
}

}  // namespace

TEST_CASE("a power cut at any change loses nothing that was acknowledged and leaves nothing by half") {
  const Search search = cut_everywhere([](PowerCutDisk&) {});
  CHECK(search.fault == "");
  CHECK(search.cuts > 500);
}

TEST_CASE("the search for a bad moment finds one on a disk that lies") {
  SECTION("about bytes") {
    CHECK(cut_everywhere([](PowerCutDisk& disk) { disk.ignore_file_syncs(); }).fault != "");
  }
  SECTION("about names") {
    CHECK(cut_everywhere([](PowerCutDisk& disk) { disk.ignore_folder_syncs(); }).fault != "");
  }
}
