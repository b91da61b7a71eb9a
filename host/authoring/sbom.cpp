#include "authoring/sbom.hpp"

#include <map>

#include "base/units.hpp"
#include "document/json_writer.hpp"

namespace slipway::authoring {
namespace {

using lifecycle::BundleLock;
using lifecycle::LinkedLibrary;
using lifecycle::LockedPlugin;

constexpr const char* kBundleId = "SPDXRef-Bundle";

struct Package {
  std::string id, name, version, file, comment;
  std::string relation;  // to the bundle
  bool to_bundle;        // it stands on the left of the relation
};

// "6.0.30" of libstdc++.so.6.0.30
std::string version_of(const std::string& file) {
  const std::size_t at = file.rfind(".so.");
  return at == file.npos ? "" : file.substr(at + 4);
}

// Packages that several plugins have in common are there once.
class Packages {
 public:
  void add(std::string key, Package package) {
    if (!seen_.emplace(std::move(key), true).second) return;
    package.id = "SPDXRef-Package-" + std::to_string(all_.size() + 1);
    all_.push_back(std::move(package));
  }
  const std::vector<Package>& all() const { return all_; }

 private:
  std::map<std::string, bool> seen_;
  std::vector<Package> all_;
};

void add_packages(const LockedPlugin& plugin, Packages& packages) {
  if (!plugin.origin) return;
  for (const LinkedLibrary& library : plugin.origin->libraries)
    packages.add("library " + library.name + ' ' + library.build_id,
                 {"", library.name, version_of(library.file), library.file,
                  library.build_id.empty() ? "" : "GNU build ID " + library.build_id, "DYNAMIC_LINK", false});
  if (const std::string& sdk = plugin.origin->sdk; !sdk.empty())
    packages.add("sdk " + sdk, {"", "slipway plugin SDK", sdk, "", "", "STATIC_LINK", false});
  for (const std::string& compiler : plugin.origin->compilers)
    packages.add("compiler " + compiler, {"", compiler, "", "", "", "BUILD_TOOL_OF", true});
}

class Writer {
 public:
  explicit Writer(document::Document& target) { out_.start(target); }

  void member(std::string_view key, std::string_view text) {
    out_.key(key);
    out_.string(text);
  }

  void creation(std::int64_t created) {
    out_.key("creationInfo");
    out_.begin_object();
    member("created", format_utc(created * kSecond));
    out_.key("creators");
    out_.begin_array();
    out_.string("Tool: slipway-" SLIPWAY_VERSION);
    out_.end_array();
    out_.end_object();
  }

  // What SPDX wants of every package, and is not known here.
  void package(std::string_view id, std::string_view name, std::string_view version) {
    out_.begin_object();
    member("SPDXID", id);
    member("name", name);
    if (!version.empty()) member("versionInfo", version);
    member("downloadLocation", "NOASSERTION");
    member("licenseConcluded", "NOASSERTION");
    member("licenseDeclared", "NOASSERTION");
    member("copyrightText", "NOASSERTION");
    out_.key("filesAnalyzed");
    out_.boolean(false);
  }

  void bundle(const BundleLock& lock) {
    package(kBundleId, lock.name, lock.version);
    out_.key("checksums");
    out_.begin_array();
    out_.begin_object();
    member("algorithm", "SHA256");
    member("checksumValue", lock.digest());
    out_.end_object();
    out_.end_array();
    member("comment", "The checksum is the bundle's digest: of the list of its files in slipway.lock.");
    out_.end_object();
  }

  void dependency(const Package& each) {
    package(each.id, each.name, each.version);
    if (!each.file.empty()) member("packageFileName", each.file);
    if (!each.comment.empty()) member("comment", each.comment);
    out_.end_object();
  }

  void relation(std::string_view from, std::string_view kind, std::string_view to) {
    out_.begin_object();
    member("spdxElementId", from);
    member("relationshipType", kind);
    member("relatedSpdxElement", to);
    out_.end_object();
  }

  document::Builder& out() { return out_; }

 private:
  document::Builder out_;
};

}  // namespace

Result<std::string> make_sbom(const BundleLock& lock, std::int64_t created) {
  Packages packages;
  for (const LockedPlugin& plugin : lock.plugins) add_packages(plugin, packages);
  document::Document document;
  Writer writer(document);
  document::Builder& out = writer.out();
  out.begin_object();
  writer.member("spdxVersion", "SPDX-2.3");
  writer.member("dataLicense", "CC0-1.0");
  writer.member("SPDXID", "SPDXRef-DOCUMENT");
  writer.member("name", lock.name + "-" + lock.version);
  writer.member("documentNamespace", "urn:slipway:bundle:sha256:" + lock.digest());
  writer.creation(created);
  out.key("packages");
  out.begin_array();
  writer.bundle(lock);
  for (const Package& each : packages.all()) writer.dependency(each);
  out.end_array();
  out.key("relationships");
  out.begin_array();
  writer.relation("SPDXRef-DOCUMENT", "DESCRIBES", kBundleId);
  for (const Package& each : packages.all())
    each.to_bundle ? writer.relation(each.id, each.relation, kBundleId)
                   : writer.relation(kBundleId, each.relation, each.id);
  out.end_array();
  out.end_object();
  if (Status finished = out.finish(); !finished) return std::move(finished).error().within("the SBOM");
  return document::to_json(document.root()) + "\n";
}

}  // namespace slipway::authoring
