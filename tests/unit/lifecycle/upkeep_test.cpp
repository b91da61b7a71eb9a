#include "lifecycle/upkeep.hpp"

#include "store_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

struct Fixture {
  TemporaryDirectory home;
  std::unique_ptr<Store> store;

  Fixture() {
    Result<std::unique_ptr<Store>> opened = Store::open(real_file_system(), home / "store");
    REQUIRE(refusal(opened) == "");
    store = std::move(*opened);
  }
  std::string add(const std::string& version) {
    return publish(*store, make_bundle(home, "churn", version)).version.digest;
  }
  void move_label(const std::string& label, const std::string& version) {
    REQUIRE(refusal(store->ledger().record(release("churn", label, version))) == "");
  }
  std::vector<std::string> garbage(const Retention& retention, Nanoseconds now) {
    const Result<Garbage> found = find_garbage(*store, retention, now);
    REQUIRE(refusal(found) == "");
    std::vector<std::string> names;
    for (const PublishedVersion& version : found->versions) names.push_back(version.version);
    std::sort(names.begin(), names.end());
    return names;
  }
};

}  // namespace

TEST_CASE("verify names what is damaged and the labels that break; repair sets it aside") {
  Fixture fixture;
  const std::string digest = fixture.add("1.0.0");
  fixture.add("1.1.0");
  fixture.move_label("stable", "1.0.0");
  CHECK(verify(*fixture.store)->sound());
  CHECK(verify(*fixture.store)->intact == 2);

  fs::remove(fixture.home / "store/bundles" / digest / "bundle/README.md");
  const Result<Integrity> found = verify(*fixture.store);
  REQUIRE(found->damaged.size() == 1);
  CHECK(found->intact == 1);
  CHECK(found->damaged.front().version.version == "1.0.0");
  CHECK_THAT(found->damaged.front().what, Contains("README.md is missing"));
  CHECK(found->damaged.front().labels == std::vector<std::string>{"stable"});
  CHECK(fs::exists(fixture.home / "store/bundles" / digest));

  CHECK(repair(*fixture.store, "ada")->damaged.size() == 1);
  CHECK_FALSE(fs::exists(fixture.home / "store/bundles" / digest));
  CHECK(fs::exists(fixture.home / "store/quarantine" / digest / "bundle/model.yaml"));
  const Decision last = fixture.store->ledger().history({})->front();
  CHECK(last.action == Action::repair);
  CHECK(last.by == "ada");
  CHECK_THAT(last.why, Contains("README.md is missing"));

  // The label still misses its version, until it is published again.
  CHECK_THAT(verify(*fixture.store)->damaged.front().what, Contains("set aside"));
  CHECK_THAT(refusal(fixture.store->bundle("churn", "1.0.0")), Contains("publish it again"));
  CHECK(repair(*fixture.store, "ada").ok());
  CHECK(fixture.store->ledger().history({})->front().id == last.id);
  fixture.add("1.0.0");
  CHECK(verify(*fixture.store)->sound());

  // Damaged once more, it finds another place in the quarantine.
  fs::remove(fixture.home / "store/bundles" / digest / "contents");
  CHECK(repair(*fixture.store, "ada").ok());
  CHECK(fs::exists(fixture.home / "store/quarantine" / (digest + "-2")));
}

TEST_CASE("garbage is what no label points to, beyond the last used, and older than the age") {
  Fixture fixture;
  for (const char* version : {"1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"}) fixture.add(version);
  fixture.move_label("stable", "1.0.0");
  fixture.move_label("stable", "1.1.0");
  fixture.move_label("pinned", "1.2.0");
  const Nanoseconds now = utc_now();
  using Names = std::vector<std::string>;
  CHECK(fixture.garbage({1, 0}, now) == Names{"1.0.0", "1.3.0", "1.4.0"});
  // By last use: 1.2.0, 1.1.0, 1.0.0 by their labels' moves, then 1.4.0, which was published last.
  CHECK(fixture.garbage({3, 0}, now) == Names{"1.3.0", "1.4.0"});
  CHECK(fixture.garbage({4, 0}, now) == Names{"1.3.0"});
  CHECK(fixture.garbage({1, 3600 * kSecond}, now) == Names{});
  CHECK(fixture.garbage({1, 3600 * kSecond}, now + 3601 * kSecond) == Names{"1.0.0", "1.3.0", "1.4.0"});
}

TEST_CASE("collecting removes the files, keeps what bytes a version had, and can be undone") {
  Fixture fixture;
  const std::string old = fixture.add("1.0.0");
  const std::string current = fixture.add("1.1.0");
  fixture.move_label("stable", "1.1.0");
  fixture.home.write("store/bundles/stray/bundle/x", "");
  const Result<Garbage> collected = collect(*fixture.store, {0, 0}, utc_now(), "ada");
  REQUIRE(refusal(collected) == "");
  CHECK(collected->versions.size() == 1);
  CHECK(collected->strays == std::vector<std::string>{"stray"});
  CHECK(collected->bytes == collected->versions.front().bytes);
  CHECK(collected->bytes > 0);
  CHECK_FALSE(fs::exists(fixture.home / "store/bundles" / old));
  CHECK_FALSE(fs::exists(fixture.home / "store/bundles/stray"));
  CHECK(fs::exists(fixture.home / "store/bundles" / current));
  CHECK(fs::is_empty(fixture.home / "store/staging"));
  CHECK(verify(*fixture.store)->sound());
  CHECK_THAT(refusal(fixture.store->bundle("churn", "1.0.0")), Contains("removed by garbage collection"));

  const fs::path source = make_bundle(fixture.home, "churn", "1.0.0", "other");
  Result<StagedBundle> staged = fixture.store->stage(source);
  CHECK_THAT(refusal(fixture.store->publish(std::move(*staged), "ada")), Contains("with other bytes"));
  const Publication again = publish(*fixture.store, make_bundle(fixture.home, "churn", "1.0.0"));
  CHECK(again.effect == Publication::Effect::restored);
  CHECK(refusal(fixture.store->bundle("churn", "1.0.0")) == "");
  CHECK(find_garbage(*fixture.store, {0, 0}, utc_now())->versions.size() == 1);
}
