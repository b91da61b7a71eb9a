#include "model/bundle.hpp"

#include "base/file.hpp"
#include "document/json_writer.hpp"

namespace slipway::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kManifestBytes = 1u << 20;
constexpr const char* kManifestFile = "model.yaml";

Status open_schema(const fs::path& directory, const std::string& relative, const ParsedYaml& known,
                   SchemaFile& out, std::vector<std::string>& warnings) {
  Result<SchemaFile> file = open_schema_file(directory, relative, known);
  if (!file) return std::move(file).error();
  out = std::move(*file);
  for (const schema::Diagnostic& warning : out.compiled.warnings) warnings.push_back(warning.text());
  return out.compiled.status();
}

Result<Manifest> open_manifest(const fs::path& directory, const ParsedYaml& known) {
  if (const auto found = known.find(kManifestFile); found != known.end())
    return known_manifest(found->second);
  const fs::path file = directory / kManifestFile;
  const Result<std::string> text = read_file(file, kManifestBytes);
  if (!text) return text.error();
  return parse_manifest(*text, file.string());
}

Result<Bundle> open_with(const fs::path& directory, const ParsedYaml& known) {
  Result<Manifest> manifest = open_manifest(directory, known);
  if (!manifest) return std::move(manifest).error();

  Bundle bundle;
  std::error_code error;
  bundle.directory = fs::absolute(directory, error);
  bundle.manifest = std::move(*manifest);
  const Status request =
      open_schema(directory, bundle.manifest.request_schema, known, bundle.request, bundle.warnings);
  const Status response =
      open_schema(directory, bundle.manifest.response_schema, known, bundle.response, bundle.warnings);
  if (!request && !response)
    return Error(request.error().code, request.error().message + "\n" + response.error().message);
  if (!request) return request.error();
  if (!response) return response.error();
  return bundle;
}

}  // namespace

std::string_view host_architecture() {
#if defined(__x86_64__)
  return "x86_64";
#elif defined(__aarch64__)
  return "aarch64";
#else
#error "no name for this architecture in a bundle's lib folder"
#endif
}

fs::path Bundle::plugin_file() const {
  return directory / "lib" / host_architecture() / (manifest.plugin + ".so");
}

Result<Bundle> open_bundle(const fs::path& directory, const ParsedYaml& known) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    return Error(Code::not_found,
                 directory.string() + " is not a folder; a bundle is a folder with a model.yaml in it");
  if (!known.empty()) {
    // Nothing about it can be said with its place in the files: then they are read after all.
    Result<Bundle> bundle = open_with(directory, known);
    if (bundle && bundle->warnings.empty()) return bundle;
  }
  return open_with(directory, {});
}

ParsedYaml parsed_yaml(const Bundle& bundle) {
  ParsedYaml parsed{{kManifestFile, bundle.manifest.json}};
  for (const SchemaFile* const schema : {&bundle.request, &bundle.response}) {
    parsed.emplace(schema->path, document::to_json(schema->document.root()));
    for (const auto& [path, document] : schema->referred)
      parsed.emplace(path, document::to_json(document.root()));
  }
  return parsed;
}

}  // namespace slipway::model
