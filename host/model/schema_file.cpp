#include "model/schema_file.hpp"

#include <algorithm>
#include <deque>

#include "base/file.hpp"
#include "document/json_reader.hpp"
#include "document/source_map.hpp"
#include "document/yaml_reader.hpp"

namespace slipway::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSchemaBytes = 16u << 20;

// A path of the manifest or of a reference: it must stay in the folder, also through links.
Result<fs::path> inside(const fs::path& directory, const std::string& relative) {
  const fs::path path(relative);
  const Error refused(Code::invalid_argument,
                      "\"" + relative + "\" leads out of " + directory.string() + "; name a file inside it");
  if (path.is_absolute()) return refused;
  std::error_code error;
  const fs::path root = fs::weakly_canonical(directory, error);
  const fs::path whole = fs::weakly_canonical(directory / path, error);
  if (error) return Error(Code::io, "cannot follow " + (directory / path).string() + ": " + error.message());
  const auto [end, at] = std::mismatch(root.begin(), root.end(), whole.begin(), whole.end());
  if (end != root.end()) return refused;
  return whole;
}

// A file's name in messages: as somebody in the current folder would open it.
std::string shown(const fs::path& directory, const std::string& relative) {
  return (directory / relative).lexically_normal().string();
}

Status read_yaml_or_known(const ParsedYaml& known, const std::string& path, std::string_view yaml,
                          document::Document& document, document::SourceMap& source) {
  const auto found = known.find(path);
  if (found != known.end()) return document::read_json(found->second, document);
  return document::read_yaml(yaml, document, source);
}

// References between the schema files of one folder.
class FolderResolver : public schema::Resolver {
 public:
  using Documents = std::map<std::string, document::Document, std::less<>>;
  FolderResolver(fs::path directory, Documents& documents, const ParsedYaml& known)
      : directory_(std::move(directory)), documents_(documents), known_(known) {}

  Result<Resource> resolve(std::string_view uri) const override {
    const std::string name(uri);
    if (name.find("://") != std::string::npos)
      return Error(Code::unsupported, "a schema refers to files beside it only, not to " + name);
    const Result<fs::path> path = inside(directory_, name);
    if (!path) return path.error();
    const Result<std::string> text = read_file(*path, kSchemaBytes);
    if (!text) return text.error();
    document::Document document;
    document::SourceMap& source = sources_.emplace_back(shown(directory_, name));
    if (Status read = read_yaml_or_known(known_, name, *text, document, source); !read)
      return std::move(read).error();
    const auto [kept, added] = documents_.insert_or_assign(name, std::move(document));
    return Resource{kept->second.root(), &source};
  }

 private:
  fs::path directory_;
  Documents& documents_;
  const ParsedYaml& known_;
  mutable std::deque<document::SourceMap> sources_;
};

}  // namespace

Result<schema::Resolver::Resource> ReferredFiles::resolve(std::string_view uri) const {
  const auto found = file_.referred.find(uri);
  if (found == file_.referred.end()) return Error(Code::not_found, std::string(uri) + " was not read");
  return Resource{found->second.root(), &no_positions_};
}

Result<SchemaFile> open_schema_file(const fs::path& directory, const std::string& relative,
                                    const ParsedYaml& known) {
  const Result<fs::path> path = inside(directory, relative);
  if (!path) return path.error();
  Result<std::string> text = read_file(*path, kSchemaBytes);
  if (!text) return std::move(text).error();
  SchemaFile file;
  file.path = relative;
  file.yaml = std::move(*text);
  document::SourceMap source(shown(directory, relative));
  if (Status read = read_yaml_or_known(known, relative, file.yaml, file.document, source); !read)
    return std::move(read).error();
  const FolderResolver resolver(directory, file.referred, known);
  schema::CompileOptions options;
  options.resolver = &resolver;
  options.base_uri = relative;
  file.compiled = schema::compile(file.document.root(), source, options);
  return file;
}

}  // namespace slipway::model
