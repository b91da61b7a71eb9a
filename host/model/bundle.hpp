// A bundle on disk: the manifest, the two schemas compiled, and where the rest is. Opening one runs none of
// its code.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/manifest.hpp"
#include "model/parsed_yaml.hpp"
#include "model/schema_file.hpp"

namespace slipway::model {

struct Bundle {
  std::filesystem::path directory;
  Manifest manifest;
  SchemaFile request;
  SchemaFile response;
  std::vector<std::string> warnings;  // about the schemas, each with its place

  std::filesystem::path plugin_file() const;  // lib/ARCHITECTURE/PLUGIN.so, for this host's architecture
};

// Everything that is wrong with the manifest, or with the schemas, is in the one error, each with file, line
// and column. `known`: what parsed_yaml() gave for a bundle with these very files, in this build of the host;
// where it turns out to be of no use, the files are read.
Result<Bundle> open_bundle(const std::filesystem::path& directory, const ParsedYaml& known = {});

ParsedYaml parsed_yaml(const Bundle& bundle);

// "x86_64", "aarch64": what this host loads, and what lib/ARCHITECTURE in a bundle is called.
std::string_view host_architecture();

}  // namespace slipway::model
