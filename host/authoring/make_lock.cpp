#include "authoring/make_lock.hpp"

#include "authoring/linked_libraries.hpp"
#include "authoring/sbom.hpp"
#include "base/file.hpp"
#include "plugin/elf_facts.hpp"
#include "plugin/stored_library.hpp"

namespace slipway::authoring {
namespace {

namespace fs = std::filesystem;

// A plugin's libraries may lie beside it.
void name_by_bundle(lifecycle::LinkedLibrary& library, const fs::path& plugin,
                    const std::vector<lifecycle::LockedFile>& files) {
  const std::string beside = (plugin.parent_path() / library.name).generic_string();
  for (const lifecycle::LockedFile& file : files)
    if (file.path == beside) library.file = beside;
}

Result<lifecycle::LockedPlugin> describe_plugin(const fs::path& folder, const std::string& path,
                                                const std::vector<lifecycle::LockedFile>& files) {
  lifecycle::LockedPlugin plugin{path, std::nullopt};
  const Result<std::string> bytes = read_file(folder / path, plugin::kMaxPluginBytes);
  if (!bytes) return bytes.error();
  Result<plugin::ElfFacts> facts = plugin::read_elf_facts(std::as_bytes(std::span(*bytes)));
  if (!facts) return plugin;  // for another machine, or none at all: that is for a check to say
  lifecycle::PluginOrigin& origin = plugin.origin.emplace();
  origin.build_id = std::move(facts->build_id);
  origin.abi = std::move(facts->abi);
  origin.sdk = std::move(facts->sdk);
  origin.compilers = std::move(facts->compilers);
  std::vector<fs::path> folders = {(folder / path).parent_path()};
  for (fs::path& each : library_folders()) folders.push_back(std::move(each));
  origin.libraries = find_libraries(facts->needed, folders);
  for (lifecycle::LinkedLibrary& library : origin.libraries) name_by_bundle(library, path, files);
  return plugin;
}

bool is_plugin(const std::string& path, const model::Manifest& manifest) {
  return path.starts_with("lib/") && path.ends_with("/" + manifest.plugin + ".so");
}

}  // namespace

Result<lifecycle::PackedBundle> make_lock(const fs::path& folder, const model::Manifest& manifest,
                                          std::vector<lifecycle::LockedFile> files, std::int64_t created) {
  lifecycle::PackedBundle about;
  about.lock.name = manifest.name;
  about.lock.version = manifest.version.text();
  for (const lifecycle::LockedFile& file : files) {
    if (!is_plugin(file.path, manifest)) continue;
    Result<lifecycle::LockedPlugin> plugin = describe_plugin(folder, file.path, files);
    if (!plugin) return std::move(plugin).error();
    about.lock.plugins.push_back(std::move(*plugin));
  }
  about.lock.files = std::move(files);
  Result<std::string> sbom = make_sbom(about.lock, created);
  if (!sbom) return std::move(sbom).error();
  about.sbom = std::move(*sbom);
  about.lock.sbom_sha256 = to_hex(sha256(about.sbom));
  return about;
}

}  // namespace slipway::authoring
