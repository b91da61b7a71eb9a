// The official JSON Schema test suite: where it is, and what its schemas refer to.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "document/json_reader.hpp"
#include "schema/compile.hpp"

namespace conformance {

using slipway::document::Document;
using slipway::document::SourceMap;
using slipway::document::Value;

constexpr int kSkipped = 77;  // the exit status
constexpr std::size_t kFileLimit = 16u << 20;

inline bool load(const std::filesystem::path& path, Document& document) {
  auto text = slipway::read_file(path, kFileLimit);
  return text && slipway::document::read_json(*text, document);
}

// What the suite expects at http://localhost:1234/.
class Remotes : public slipway::schema::Resolver {
 public:
  explicit Remotes(std::filesystem::path directory) : directory_(std::move(directory)) {}

  slipway::Result<Resource> resolve(std::string_view uri) const override {
    constexpr std::string_view kHost = "http://localhost:1234/";
    if (!uri.starts_with(kHost)) return slipway::Error(slipway::Code::not_found, "there is no such document");
    const std::string path(uri.substr(kHost.size()));
    auto [at, added] = documents_.try_emplace(path);
    if (added) {
      at->second = std::make_unique<Document>();
      if (!load(directory_ / path, *at->second))
        return slipway::Error(slipway::Code::not_found, "there is no such document");
    }
    if (at->second->empty()) return slipway::Error(slipway::Code::not_found, "there is no such document");
    return Resource{at->second->root(), &source_};
  }

 private:
  std::filesystem::path directory_;
  SourceMap source_;
  mutable std::map<std::string, std::unique_ptr<Document>> documents_;
};

inline std::string text(Value object, std::string_view member) {
  return std::string(Value(object.find(member)).text());
}

// The folder that holds tests/draft4 and remotes: SLIPWAY_CONFORMANCE, else the program's argument. Empty,
// and said so, where it is not there.
inline std::filesystem::path find_suite(int argc, char** argv) {
  const char* const variable = std::getenv("SLIPWAY_CONFORMANCE");
  const std::filesystem::path directory = variable != nullptr ? variable : (argc > 1 ? argv[1] : "");
  if (!directory.empty() && std::filesystem::is_directory(directory / "tests" / "draft4")) return directory;
  std::printf("SKIPPED: the JSON Schema test suite is not at \"%s\"; 0 cases run\n", directory.c_str());
  return {};
}

// Its files, sorted.
inline std::vector<std::filesystem::path> suite_files(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory / "tests" / "draft4"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace conformance
