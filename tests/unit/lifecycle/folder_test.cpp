#include "lifecycle/folder.hpp"

#include <catch2/catch.hpp>

#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
namespace fs = std::filesystem;

namespace {

// A folder of models; bundles count at once, and go at once, unless a test wants otherwise.
struct Subject {
  explicit Subject(FolderOptions options = {.settle = 0, .grace = 0})
      : folder(scratch.bundle(), options, catalog, deployer, *reaper) {
    fs::remove_all(scratch.bundle());
    fs::create_directories(scratch.bundle());
  }

  static std::unique_ptr<Reaper> start(Catalog& catalog) {
    Result<std::unique_ptr<Reaper>> started = Reaper::start(catalog, 60 * kSecond);
    REQUIRE(started);
    return std::move(*started);
  }
  fs::path at(const std::string& name) const { return scratch.bundle() / name; }
  void put(const std::string& name, const std::string& version, const std::string& plugin = "good_c") {
    const TemporaryBundle made(plugin, "name: m\nversion: " + version + "\n");
    fs::create_directories(at(name).parent_path());
    fs::remove_all(at(name));
    fs::copy(made.bundle(), at(name), fs::copy_options::recursive);
  }
  Nanoseconds scan() {
    Result<Nanoseconds> again = folder.scan();
    REQUIRE(again);
    return *again;
  }
  std::string stable() const {
    const std::shared_ptr<const model::RoutingTable> table = tables.current();
    const model::Route* const route = table->find("m");
    if (route == nullptr) return "no model";
    const model::Lease lease = model::Lease::of(route->stable);
    return lease ? lease.slot().version().version() : "nothing";
  }
  std::uint64_t loads() const {
    return catalog.counters().entered[static_cast<std::size_t>(model::State::loaded)];
  }
  bool reaches(std::string_view version) const {
    return tables.current()->find("m") != nullptr && tables.current()->find("m")->find(version) != nullptr;
  }

  TemporaryBundle scratch{""};
  model::RoutingTableOwner tables;
  Catalog catalog{tables};
  std::unique_ptr<Reaper> reaper = start(catalog);
  Deployer deployer{catalog,
                    scratch.bundle().parent_path() / "cache",
                    [](std::unique_ptr<model::ModelVersion> version, const std::vector<Nanoseconds>&) {
                      return std::make_shared<model::Slot>(std::move(version));
                    },
                    {},
                    worker::ProbeOptions{.program = SLIPWAY_PROGRAM}};
  Folder folder;
};

}  // namespace

TEST_CASE("a folder's bundles are brought into service once, and the highest release version is stable") {
  Subject s;
  s.put("m/1.0.0", "1.0.0");
  s.put("m/1.10.0", "1.10.0");
  s.put("m/1.9.0", "1.9.0");
  s.put("m/2.0.0-rc.1", "2.0.0-rc.1");
  CHECK(s.scan() == 0);
  CHECK(s.stable() == "1.10.0");
  CHECK(s.reaches("2.0.0-rc.1"));
  CHECK(s.loads() == 4);
  CHECK(s.folder.report().served == 1);
  s.scan();
  CHECK(s.loads() == 4);
}

TEST_CASE("a bundle that takes another's place is swapped in, and the other goes") {
  Subject s;
  s.put("m", "1.0.0");
  s.scan();
  CHECK(s.stable() == "1.0.0");
  s.put("m", "1.0.1");
  s.scan();
  CHECK(s.stable() == "1.0.1");
  CHECK_FALSE(s.reaches("1.0.0"));
  s.put("m", "0.9.0");  // a version back is what the folder says, so it is what is served
  s.scan();
  CHECK(s.stable() == "0.9.0");
}

TEST_CASE("the same version with other bytes is another version; the same bytes are not") {
  Subject s;
  s.put("m", "1.0.0");
  s.scan();
  s.put("m", "1.0.0");
  s.scan();
  CHECK(s.loads() == 1);
  std::ofstream(s.at("m") / "data.txt") << "weights";
  s.scan();
  CHECK(s.loads() == 2);
  CHECK(s.stable() == "1.0.0");
}

TEST_CASE("a bad bundle leaves what is served as it is, and is tried again only when it changes") {
  Subject s;
  s.put("m", "1.0.0");
  s.scan();
  s.put("m", "1.1.0", "create_fails");
  s.scan();
  CHECK(s.stable() == "1.0.0");
  CHECK(s.folder.report().refused == 1);
  const auto failures = [&] {
    return s.catalog.counters().entered[static_cast<std::size_t>(model::State::failed)].load();
  };
  CHECK(failures() == 1);
  s.scan();
  CHECK(failures() == 1);
  s.put("m", "1.1.0");
  s.scan();
  CHECK(s.stable() == "1.1.0");
  CHECK(s.folder.report().refused == 0);
}

TEST_CASE("two folders cannot hold the same version") {
  Subject s;
  s.put("a", "1.0.0");
  s.put("b", "1.0.0");
  s.scan();
  CHECK(s.stable() == "1.0.0");
  CHECK(s.folder.report().refused == 1);
}

TEST_CASE("a bundle that changed just now does not count yet") {
  Subject s({.settle = 3600 * kSecond, .grace = 0});
  s.put("m", "1.0.0");
  CHECK(s.scan() > monotonic_now());
  CHECK(s.stable() == "no model");
}

TEST_CASE("a bundle that has gone serves through its grace, and stays if it comes back") {
  Subject s({.settle = 0, .grace = 3600 * kSecond});
  s.put("m/1", "1.0.0");
  s.put("m/2", "2.0.0");
  s.scan();
  fs::rename(s.at("m/2"), s.at("aside"));
  fs::remove(s.at("aside") / "model.yaml");
  CHECK(s.scan() > monotonic_now());
  CHECK(s.stable() == "2.0.0");
  s.put("m/2", "2.0.0");
  CHECK(s.scan() == 0);
  CHECK(s.stable() == "2.0.0");
  CHECK(s.loads() == 2);
}

TEST_CASE("past its grace a bundle that has gone is taken out, and the next best version is stable") {
  Subject s;
  s.put("m/1", "1.0.0");
  s.put("m/2", "2.0.0");
  s.scan();
  fs::remove_all(s.at("m/2"));
  s.scan();
  CHECK(s.stable() == "1.0.0");
  CHECK_FALSE(s.reaches("2.0.0"));
  fs::remove_all(s.at("m"));
  s.scan();
  CHECK_FALSE(s.reaches("1.0.0"));
}

TEST_CASE("a folder that is not there is an error, and changes nothing") {
  Subject s;
  s.put("m", "1.0.0");
  s.scan();
  fs::rename(s.scratch.bundle(), s.scratch.bundle().string() + "-away");
  CHECK_FALSE(s.folder.scan());
  CHECK(s.stable() == "1.0.0");
  fs::rename(s.scratch.bundle().string() + "-away", s.scratch.bundle());
}
