#include "authoring/sbom.hpp"

#include <catch2/catch.hpp>

#include <set>

#include "document/json_reader.hpp"
#include "model/checked_yaml.hpp"

using namespace slipway;
using namespace slipway::authoring;
using document::Value;
using model::for_each;
using model::text_or;

namespace {

lifecycle::BundleLock lock() {
  lifecycle::BundleLock lock;
  lock.name = "churn";
  lock.version = "1.2.3";
  lock.files = {{"model.yaml", 3, std::string(64, 'a')}};
  lifecycle::PluginOrigin origin;
  origin.sdk = "0.1.0";
  origin.compilers = {"GCC: 12"};
  origin.libraries = {{"libx.so.1", "libx.so.1.2.3", "c0ffee"}, {"liby.so", "", ""}};
  lock.plugins = {{"lib/x86_64/p.so", origin}, {"lib/aarch64/p.so", std::nullopt}};
  return lock;
}

struct Sbom {
  document::Document document;
  std::string text;
  explicit Sbom(const lifecycle::BundleLock& of, std::int64_t created = 0) {
    const Result<std::string> made = make_sbom(of, created);
    REQUIRE(made.ok());
    text = *made;
    REQUIRE(document::read_json(text, document).ok());
  }
};

}  // namespace

TEST_CASE("an SBOM has what SPDX 2.3 requires, of itself and of every package") {
  const Sbom sbom(lock(), 1'700'000'000);
  const Value root = sbom.document.root();
  CHECK(text_or(root, "spdxVersion", "") == "SPDX-2.3");
  CHECK(text_or(root, "dataLicense", "") == "CC0-1.0");
  CHECK(text_or(root, "SPDXID", "") == "SPDXRef-DOCUMENT");
  CHECK(text_or(root, "name", "") == "churn-1.2.3");
  CHECK(text_or(root, "documentNamespace", "") == "urn:slipway:bundle:sha256:" + lock().digest());
  const Value creation(root.find("creationInfo"));
  CHECK(text_or(creation, "created", "") == "2023-11-14T22:13:20Z");
  CHECK(Value(creation.find("creators")).element(0).text().starts_with("Tool: slipway-"));

  std::set<std::string> ids, names;
  for_each(root, "packages", [&](Value package) {
    ids.insert(text_or(package, "SPDXID", ""));
    names.insert(text_or(package, "name", "") + " " + text_or(package, "versionInfo", ""));
    CHECK(text_or(package, "downloadLocation", "") == "NOASSERTION");
    CHECK_FALSE(Value(package.find("filesAnalyzed")).boolean());
  });
  CHECK(names == std::set<std::string>{"churn 1.2.3", "libx.so.1 1.2.3", "liby.so ",
                                       "slipway plugin SDK 0.1.0", "GCC: 12 "});
  CHECK(ids.size() == 5);
  ids.insert("SPDXRef-DOCUMENT");
  std::multiset<std::string> kinds;
  for_each(root, "relationships", [&](Value relation) {
    kinds.insert(text_or(relation, "relationshipType", ""));
    CHECK(ids.count(text_or(relation, "spdxElementId", "")) == 1);
    CHECK(ids.count(text_or(relation, "relatedSpdxElement", "")) == 1);
  });
  CHECK(kinds == std::multiset<std::string>{"BUILD_TOOL_OF", "DESCRIBES", "DYNAMIC_LINK", "DYNAMIC_LINK",
                                            "STATIC_LINK"});
}

TEST_CASE("what two plugins are linked to is in the SBOM once") {
  lifecycle::BundleLock twice = lock();
  twice.plugins[1].origin = twice.plugins[0].origin;
  CHECK(Sbom(twice).text == Sbom(lock()).text);
  twice.plugins[1].origin->libraries[0].build_id = "decade";
  CHECK(Sbom(twice).text != Sbom(lock()).text);
}
