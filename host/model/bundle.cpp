#include "model/bundle.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "document/source_map.hpp"
#include "document/yaml_reader.hpp"
#include "schema/compile.hpp"

namespace slipway::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kManifestBytes = 1u << 20;
constexpr std::size_t kSchemaBytes = 16u << 20;

// A path of the manifest or of a reference: it must stay in the bundle, also through links.
Result<fs::path> inside(const fs::path& directory, const std::string& relative) {
  const fs::path path(relative);
  const Error refused(Code::invalid_argument,
                      "\"" + relative + "\" leads out of the bundle; name a file inside it");
  if (path.is_absolute()) return refused;
  std::error_code error;
  const fs::path root = fs::weakly_canonical(directory, error);
  const fs::path whole = fs::weakly_canonical(directory / path, error);
  if (error) return Error(Code::io, "cannot follow " + (directory / path).string() + ": " + error.message());
  const auto [end, at] = std::mismatch(root.begin(), root.end(), whole.begin(), whole.end());
  if (end != root.end()) return refused;
  return whole;
}

// References between the schema files of one bundle.
class BundleResolver : public schema::Resolver {
 public:
  explicit BundleResolver(fs::path directory) : directory_(std::move(directory)) {}

  Result<Resource> resolve(std::string_view uri) const override {
    const std::string name(uri);
    if (name.find("://") != std::string::npos)
      return Error(Code::unsupported,
                   "a schema of a bundle refers to files of the bundle only, not to " + name);
    const Result<fs::path> path = inside(directory_, name);
    if (!path) return path.error();
    const Result<std::string> text = read_file(*path, kSchemaBytes);
    if (!text) return text.error();
    auto file = std::make_unique<File>(name);
    if (Status read = document::read_yaml(*text, file->document, file->source); !read)
      return std::move(read).error();
    File& kept = *files_.emplace_back(std::move(file));
    return Resource{kept.document.root(), &kept.source};
  }

 private:
  struct File {
    explicit File(std::string name) : source(std::move(name)) {}
    document::Document document;
    document::SourceMap source;
  };
  fs::path directory_;
  mutable std::vector<std::unique_ptr<File>> files_;
};

Status open_schema(const fs::path& directory, const std::string& relative, BundleSchema& out,
                   std::vector<std::string>& warnings) {
  const Result<fs::path> path = inside(directory, relative);
  if (!path) return path.error();
  Result<std::string> text = read_file(*path, kSchemaBytes);
  if (!text) return std::move(text).error();
  document::SourceMap source((directory / relative).string());
  if (Status read = document::read_yaml(*text, out.document, source); !read) return read;
  const BundleResolver resolver(directory);
  schema::CompileOptions options;
  options.resolver = &resolver;
  options.base_uri = relative;
  schema::Compilation compiled = schema::compile(out.document.root(), source, options);
  for (const schema::Diagnostic& warning : compiled.warnings) warnings.push_back(warning.text());
  if (!compiled.ok()) return compiled.status();
  out.yaml = std::move(*text);
  out.compiled = std::move(compiled.schema);
  return {};
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
