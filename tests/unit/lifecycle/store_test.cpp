#include "lifecycle/store.hpp"

#include <sys/stat.h>

#include "base/file.hpp"
#include "lifecycle/bundle_digest.hpp"
#include "packed_support.hpp"
#include "store_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;
using Effect = Publication::Effect;

namespace {

namespace fs = std::filesystem;

std::unique_ptr<Store> open(const fs::path& root) {
  Result<std::unique_ptr<Store>> store = Store::open(real_file_system(), root);
  REQUIRE(refusal(store) == "");
  return std::move(*store);
}

std::string publish_refused(Store& store, const fs::path& bundle) {
  Result<StagedBundle> staged = store.stage(bundle);
  if (!staged) return staged.error().message;
  return refusal(store.publish(std::move(*staged), "tester"));
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

void overwrite(const fs::path& file, const std::string& text) {
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("a published bundle is a read-only copy under the digest of its contents") {
  const TemporaryDirectory home;
  const auto store = open(home / "state/store");
  const fs::path source = make_bundle(home, "churn", "1.0.0");
  const Publication published = publish(*store, source);
  CHECK(published.effect == Effect::added);
  CHECK(published.version.model == "churn");
  CHECK(published.version.version == "1.0.0");
  CHECK(published.version.files == 3);
  CHECK(published.version.published_by == "tester");
  CHECK(published.version.published_at > 0);

  CHECK(published.version.digest ==
        *bundle_digest(source, *list_bundle(source)));  // as a watched folder has it

  std::ofstream(source / "lib/x86_64/p.so") << "changed afterwards";
  const Result<StoredBundle> stored = store->bundle("churn", "1.0.0");
  REQUIRE(refusal(stored) == "");
  CHECK(stored->directory == home / "state/store/bundles" / published.version.digest / "bundle");
  CHECK(stored->contents.digest() == published.version.digest);
  CHECK(*read_file(stored->directory / "lib/x86_64/p.so", 100) == "library1.0.0");
  CHECK(stored->contents.find("lib/x86_64/p.so")->sha256 == to_hex(sha256("library1.0.0")));
  struct stat info {};
  REQUIRE(::stat((stored->directory / "model.yaml").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0444);
  REQUIRE(::stat((home / "state/store").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0700);
  CHECK(entries_in(home / "state/store/staging") == 0);
  CHECK_THAT(refusal(store->bundle("churn", "2.0.0")), Contains("not in the store"));
}

TEST_CASE("the same version again: success with the same bytes, refused with others") {
  const TemporaryDirectory home;
  const auto store = open(home / "store");
  const fs::path source = make_bundle(home, "churn", "1.0.0");
  const Publication first = publish(*store, source);
  const Publication second = publish(*store, source);
  CHECK(second.effect == Effect::unchanged);
  CHECK(second.version.digest == first.version.digest);
  CHECK(store->ledger().history({})->size() == 1);

  home.write("churn-1.0.0/lib/x86_64/p.so", "other code");
  home.write("churn-1.0.0/data/w.bin", "weights");
  CHECK_THAT(
      publish_refused(*store, source),
      Contains("churn 1.0.0 is published with other bytes (data/w.bin is new, lib/x86_64/p.so differs)") &&
          Contains("give this one a new version"));
  CHECK(entries_in(home / "store/staging") == 0);
  CHECK(entries_in(home / "store/bundles") == 1);
}

TEST_CASE("a folder that is no bundle is refused and leaves nothing behind") {
  const TemporaryDirectory home;
  const auto store = open(home / "store");
  const fs::path source = make_bundle(home, "churn", "1.0.0");
  home.write("churn-1.0.0/model.yaml", "name: churn\nversion: one\nplugin: p\n");
  CHECK_THAT(publish_refused(*store, source), Contains("model.yaml:2:10"));
  fs::remove(source / "model.yaml");
  CHECK_THAT(publish_refused(*store, source), Contains("has no model.yaml"));
  CHECK_THAT(publish_refused(*store, home / "nowhere"), Contains("nowhere"));
  CHECK(entries_in(home / "store/staging") == 0);
  CHECK(store->ledger().versions()->empty());
}

TEST_CASE("a staged bundle that is not published is gone") {
  const TemporaryDirectory home;
  const auto store = open(home / "store");
  {
    const Result<StagedBundle> staged = store->stage(make_bundle(home, "churn", "1.0.0"));
    REQUIRE(refusal(staged) == "");
    CHECK(staged->version == "1.0.0");
    CHECK(fs::exists(staged->directory / "lib/x86_64/p.so"));
  }
  CHECK(entries_in(home / "store/staging") == 0);
}

TEST_CASE("one process at a time has a store open, and it must be private") {
  const TemporaryDirectory home;
  {
    const auto store = open(home / "store");
    CHECK_THAT(refusal(Store::open(real_file_system(), home / "store")),
               Contains("in use by another process (process " + std::to_string(::getpid()) + ")"));
  }
  open(home / "store");
  REQUIRE(::chmod((home / "store").c_str(), 0777) == 0);
  CHECK_THAT(refusal(Store::open(real_file_system(), home / "store")), Contains("chmod 700"));
}

TEST_CASE("opening a store removes what was being staged, and misses a ledger that is lost") {
  const TemporaryDirectory home;
  publish(*open(home / "store"), make_bundle(home, "churn", "1.0.0"));
  home.write("store/staging/7/bundle/data/half", "ha");
  open(home / "store");
  CHECK(entries_in(home / "store/staging") == 0);
  fs::remove(home / "store/ledger.db");
  CHECK_THAT(refusal(Store::open(real_file_system(), home / "store")), Contains("no ledger.db"));
}

TEST_CASE("a damaged bundle is not handed out; publishing it again heals it") {
  const TemporaryDirectory home;
  const auto store = open(home / "store");
  const fs::path source = make_bundle(home, "churn", "1.0.0");
  const std::string digest = publish(*store, source).version.digest;
  const fs::path folder = home / "store/bundles" / digest;
  std::string words;
  SECTION("other bytes") {
    overwrite(folder / "bundle/model.yaml", "name: other\n");
    words = "model.yaml differs";
  }
  SECTION("a file too many") {
    std::ofstream(folder / "bundle/extra") << "";
    words = "extra is new";
  }
  SECTION("a file is missing") {
    fs::remove(folder / "bundle/README.md");
    words = "README.md is missing";
  }
  SECTION("another list of contents") {
    overwrite(folder / "contents", "");
    words = "contents is not what was published";
  }
  SECTION("everything is missing") {
    fs::remove_all(folder);
    words = "No such file";
  }
  CHECK_THAT(refusal(store->bundle("churn", "1.0.0")), Contains("churn 1.0.0 is damaged") && Contains(words));
  CHECK(publish(*store, source).effect == Effect::restored);
  CHECK(refusal(store->bundle("churn", "1.0.0")) == "");
  CHECK(store->ledger().versions()->front().published_by == "tester");
  CHECK(entries_in(home / "store/staging") == 0);
}

TEST_CASE("a folder that the ledger does not know is replaced by what is published") {
  const TemporaryDirectory home;
  const auto store = open(home / "store");
  const fs::path source = make_bundle(home, "churn", "1.0.0");
  const Result<StagedBundle> staged = store->stage(source);
  home.write("store/bundles/" + staged->contents.digest() + "/bundle/half", "ha");
  CHECK(publish(*store, source).effect == Effect::added);
  CHECK(refusal(store->bundle("churn", "1.0.0")) == "");
}

TEST_CASE("a packed bundle is published under the digest of the folder that it was made of") {
  const TemporaryDirectory home;
  for (const auto& [path, bytes] : churn_files()) home.write("churn/" + path, bytes);
  const fs::path packed = home.write("churn.slip", zstd_of(tar_of(churn_entries())));
  const auto store = open(home / "store");
  const Publication published = publish(*store, packed);
  CHECK(published.effect == Effect::added);
  CHECK(published.version.digest == lock_of(churn_files()).digest());
  CHECK(publish(*store, home / "churn").effect == Effect::unchanged);
  const Result<StoredBundle> stored = store->bundle("churn", "1.0.0");
  REQUIRE(refusal(stored) == "");
  CHECK(stored->contents.files().size() == 3);  // neither lock nor SBOM
}

TEST_CASE("a packed bundle that was tampered with is refused, and leaves nothing behind") {
  const TemporaryDirectory home;
  Entries entries = churn_entries();
  entries.back().second += "# more\n";
  const auto store = open(home / "store");
  CHECK_THAT(publish_refused(*store, home.write("churn.slip", zstd_of(tar_of(entries)))),
             Contains("churn.slip: the packed bundle holds a model.yaml that is not what its lock says"));
  CHECK(entries_in(home / "store/staging") == 0);
  CHECK(entries_in(home / "store/bundles") == 0);
}
