// A schema in a file: read, compiled, and with it the files that it refers to. Nothing outside of one folder
// is ever read.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.hpp"
#include "document/document.hpp"
#include "model/parsed_yaml.hpp"
#include "schema/compile.hpp"

namespace slipway::model {

struct SchemaFile {
  std::string path;             // in its folder; what references in it are relative to
  std::string yaml;             // the file's text
  document::Document document;  // the same, parsed
  std::map<std::string, document::Document, std::less<>> referred;  // the other files, by path in the folder
  schema::Compilation compiled;
};

// Leads references to the files that were read with `file`, which must outlive it. Reads nothing.
class ReferredFiles : public schema::Resolver {
 public:
  explicit ReferredFiles(const SchemaFile& file) : file_(file) {}
  Result<Resource> resolve(std::string_view uri) const override;

 private:
  const SchemaFile& file_;
  document::SourceMap no_positions_;
};

// An error where the file cannot be read or is no YAML; what is wrong with the schema is in `compiled`.
// `known`: see model/bundle.hpp; positions are those of a file of which nothing is known, then.
Result<SchemaFile> open_schema_file(const std::filesystem::path& directory, const std::string& relative,
                                    const ParsedYaml& known = {});

}  // namespace slipway::model
