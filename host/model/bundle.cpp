#include "model/bundle.hpp"

#include "base/file.hpp"

namespace slipway::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kManifestBytes = 1u << 20;

Status open_schema(const fs::path& directory, const std::string& relative, SchemaFile& out,
                   std::vector<std::string>& warnings) {
  Result<SchemaFile> file = open_schema_file(directory, relative);
  if (!file) return std::move(file).error();
  out = std::move(*file);
  for (const schema::Diagnostic& warning : out.compiled.warnings) warnings.push_back(warning.text());
  return out.compiled.status();
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

Result<Bundle> open_bundle(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    return Error(Code::not_found,
                 directory.string() + " is not a folder; a bundle is a folder with a model.yaml in it");
  const fs::path manifest_file = directory / "model.yaml";
  Result<std::string> text = read_file(manifest_file, kManifestBytes);
  if (!text) return std::move(text).error();
  Result<Manifest> manifest = parse_manifest(*text, manifest_file.string());
  if (!manifest) return std::move(manifest).error();

  Bundle bundle;
  bundle.directory = fs::absolute(directory, error);
  bundle.manifest = std::move(*manifest);
  const Status request =
      open_schema(directory, bundle.manifest.request_schema, bundle.request, bundle.warnings);
  const Status response =
      open_schema(directory, bundle.manifest.response_schema, bundle.response, bundle.warnings);
  if (!request && !response)
    return Error(request.error().code, request.error().message + "\n" + response.error().message);
  if (!request) return request.error();
  if (!response) return response.error();
  return bundle;
}

}  // namespace slipway::model
