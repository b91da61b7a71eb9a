// slipway inspect: what is in a bundle, packed or not, and what it was built with.
#include <cstdio>

#include "authoring/make_lock.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/given_bundle.hpp"
#include "cli/table.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "lifecycle/bundle_source.hpp"
#include "model/bundle.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::cli {
namespace {

using document::Builder;
using document::Value;
using lifecycle::PackedBundle;

struct Inspected {
  GivenBundle given;
  model::Bundle bundle;
  PackedBundle about;  // of a folder: what it would be
  document::Document sbom;
};

// Hashes files and keeps nothing.
class Hashing : public lifecycle::BundleVisitor {
 public:
  Status begin_file(const std::string& path) override {
    files.push_back({path, 0, ""});
    hash_ = Sha256Stream();
    return {};
  }
  Status bytes(std::string_view piece) override {
    files.back().size += piece.size();
    hash_.update(piece);
    return {};
  }
  Status end_file() override {
    files.back().sha256 = to_hex(hash_.finish());
    return {};
  }

  std::vector<lifecycle::LockedFile> files;

 private:
  Sha256Stream hash_;
};

Result<PackedBundle> describe_folder(const model::Bundle& bundle) {
  const Result<lifecycle::BundleSource> source = lifecycle::BundleSource::open(bundle.directory);
  if (!source) return source.error();
  const Result<std::vector<std::string>> paths = source->files();
  if (!paths) return paths.error();
  Hashing hashing;
  if (Status read = source->visit(*paths, hashing); !read) return std::move(read).error();
  return authoring::make_lock(bundle.directory, bundle.manifest, std::move(hashing.files), 0);
}

Result<Inspected> inspect(const std::string& name) {
  Result<GivenBundle> given = open_given(name);
  if (!given) return std::move(given).error();
  Result<model::Bundle> bundle = model::open_bundle(given->directory);
  if (!bundle) return std::move(bundle).error();
  Result<PackedBundle> about =
      given->unpacked ? Result<PackedBundle>(given->unpacked->packed) : describe_folder(*bundle);
  if (!about) return std::move(about).error();
  Inspected inspected{std::move(*given), std::move(*bundle), std::move(*about), {}};
  if (Status read = document::read_json(inspected.about.sbom, inspected.sbom); !read)
    return std::move(read).error().within("sbom.spdx.json");
  return inspected;
}

std::size_t packages_of(const document::Document& sbom) {
  std::size_t count = 0;
  model::for_each(sbom.root(), "packages", [&](Value) { ++count; });
  return count;
}

// Pairs of a name and what it is, of the manifest.
std::vector<std::pair<const char*, std::string>> summary_of(const model::Manifest& manifest) {
  return {{"name", manifest.name},
          {"version", manifest.version.text()},
          {"description", manifest.description},
          {"plugin", manifest.plugin},
          {"isolation", manifest.isolation == model::Isolation::process ? "process" : "in-process"},
          {"threads", manifest.threads == model::Threads::single ? "single" : "shared"},
          {"execution", std::string(to_text(manifest.execution))},
          {"effects", manifest.effects == model::Effects::none ? "none" : "external"},
          {"request", manifest.request_schema},
          {"response", manifest.response_schema}};
}

// Of a text that somebody else has written: nothing in it may speak to the terminal.
std::string in_one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

std::string or_unknown(const std::string& text) {
  return text.empty() ? "-" : text;
}

void print_plugin(const lifecycle::LockedPlugin& plugin) {
  std::printf("\n%s\n", plugin.file.c_str());
  if (!plugin.origin) return (void)std::puts("  for another architecture: nothing is known about it here");
  const lifecycle::PluginOrigin& origin = *plugin.origin;
  std::printf("  ABI %s, SDK %s, build ID %s\n", or_unknown(origin.abi).c_str(),
              or_unknown(origin.sdk).c_str(), or_unknown(origin.build_id).c_str());
  for (const std::string& compiler : origin.compilers) std::printf("  %s\n", compiler.c_str());
  Table libraries({"  LIBRARY", "FILE", "BUILD ID"});
  for (const lifecycle::LinkedLibrary& each : origin.libraries)
    libraries.add({"  " + each.name, or_unknown(each.file), or_unknown(each.build_id)});
  libraries.print();
}

void print(const Inspected& inspected) {
  for (const auto& [name, text] : summary_of(inspected.bundle.manifest))
    if (!text.empty()) std::printf("%-12s %s\n", name, in_one_line(text).c_str());
  std::printf("%-12s %s\n\n", "digest", inspected.about.lock.digest().c_str());
  Table files({"FILE", "SIZE", "SHA-256"});
  for (const lifecycle::LockedFile& file : inspected.about.lock.files)
    files.add({file.path, readable_size(file.size), file.sha256});
  files.print();
  for (const lifecycle::LockedPlugin& plugin : inspected.about.lock.plugins) print_plugin(plugin);
  if (!inspected.given.unpacked)
    return (void)std::puts("\na folder: slipway pack makes lock and bill of materials");
  std::printf("\npacked: every file is what the lock says; bill of materials %s, %zu packages\n",
              in_one_line(model::text_or(inspected.sbom.root(), "spdxVersion", "unknown")).c_str(),
              packages_of(inspected.sbom));
}

int print_json(const Inspected& inspected) {
  document::Document document;
  Builder out;
  out.start(document);
  out.begin_object();
  out.key("packed");
  out.boolean(inspected.given.unpacked.has_value());
  out.key("manifest");
  out.begin_object();
  for (const auto& [name, text] : summary_of(inspected.bundle.manifest)) {
    out.key(name);
    out.string(text);
  }
  out.end_object();
  out.key("lock");
  lifecycle::write(inspected.about.lock, out);
  out.key("sbom");
  out.begin_object();
  out.key("spdxVersion");
  out.string(model::text_or(inspected.sbom.root(), "spdxVersion", ""));
  out.key("packages");
  out.uint64(packages_of(inspected.sbom));
  out.end_object();
  out.end_object();
  if (const Status finished = out.finish(); !finished) return complain(finished.error().message), kFailure;
  std::printf("%s\n", document::to_json(document.root()).c_str());
  return kSuccess;
}

int run(const std::string& name, bool as_json) {
  const Result<Inspected> inspected = inspect(name);
  if (!inspected) {
    complain(inspected.error().message);
    return inspected.error().code == Code::not_found ? kUsage : kFailure;
  }
  if (as_json) return print_json(*inspected);
  print(*inspected);
  return kSuccess;
}

}  // namespace

void add_inspect_command(CLI::App& app, int& exit) {
  CLI::App* const command =
      app.add_subcommand("inspect", "Show what is in a bundle, and verify a packed one");
  auto name = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  command->add_option("bundle", *name, "A packed bundle, or a bundle's folder")->required();
  command->add_flag("--json", *as_json, "Print {packed, manifest, lock, sbom}, for programs");
  command->footer(
      "Shows the manifest, every file with its hash, and what the plugins were built with and are linked to; "
      "runs none of\nit. Exits 0 when all is well, 1 when the bundle is damaged or was tampered with, 2 when "
      "there is none.\n\n"
      "  slipway inspect sum-1.0.0.slip\n  slipway inspect sum-1.0.0.slip --json | jq .lock.digest");
  command->callback([=, &exit] { exit = run(*name, *as_json); });
}

}  // namespace slipway::cli
