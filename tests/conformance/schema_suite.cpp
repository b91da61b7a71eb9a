// Runs the official JSON Schema test suite (draft-04) against host/schema.
//
//   schema_suite DIRECTORY     holding tests/draft4 and remotes; or the environment variable
//   SLIPWAY_CONFORMANCE
//
// Every required case must pass. The optional ones are counted, and those that fail must be listed below,
// each with its reason; one that is listed and passes fails the run too, so that the list stays true. Exit
// status 77 (skipped) where the suite is not there.
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

namespace {

namespace fs = std::filesystem;
using slipway::document::Document;
using slipway::document::SourceMap;
using slipway::document::Value;

constexpr int kSkipped = 77;
constexpr std::size_t kRequiredCases = 618;
constexpr std::size_t kFileLimit = 16u << 20;

// file: description of the group: description of the test.
const std::vector<std::string> kKnownFailures = {};

bool load(const fs::path& path, Document& document) {
  auto text = slipway::read_file(path, kFileLimit);
  return text && slipway::document::read_json(*text, document);
}

// What the suite expects at http://localhost:1234/.
class Remotes : public slipway::schema::Resolver {
 public:
  explicit Remotes(fs::path directory) : directory_(std::move(directory)) {}

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
  fs::path directory_;
  SourceMap source_;
  mutable std::map<std::string, std::unique_ptr<Document>> documents_;
};

class Suite {
 public:
  explicit Suite(const fs::path& directory) : remotes_(directory / "remotes") {}

  struct Count {
    std::size_t passed = 0;
    std::size_t all = 0;
    std::size_t unexpected = 0;
  };

  Count run_file(const fs::path& path, const std::string& name) {
    Count count;
    Document file;
    if (!load(path, file)) {
      std::printf("FAIL %s: cannot be read\n", name.c_str());
      return {0, 1, 1};
    }
    for (std::uint32_t i = 0; i < file.root().size(); ++i) run_group(file.root().element(i), name, count);
    return count;
  }

 private:
  static std::string text(Value object, std::string_view member) {
    return std::string(Value(object.find(member)).text());
  }

  void run_group(Value group, const std::string& name, Count& count) {
    slipway::schema::CompileOptions options;
    options.strict = false;
    options.resolver = &remotes_;
    SourceMap source(name);
    const auto compiled = slipway::schema::compile(Value(group.find("schema")), source, options);
    const Value tests(group.find("tests"));
    for (std::uint32_t i = 0; i < tests.size(); ++i) {
      const Value test = tests.element(i);
      const Value data(test.find("data"));
      const bool expected = Value(test.find("valid")).boolean();
      const std::string title = name + ": " + text(group, "description") + ": " + text(test, "description");
      const bool accepted = compiled.ok() && compiled.schema->accepts(data);
      // The second pass must agree with the first.
      const bool explained = !compiled.ok() || compiled.schema->explain(data).empty() == accepted;
      const bool good = compiled.ok() && accepted == expected && explained;
      const bool known =
          std::find(kKnownFailures.begin(), kKnownFailures.end(), title) != kKnownFailures.end();
      ++count.all;
      count.passed += good ? 1 : 0;
      if (good == known) {
        ++count.unexpected;
        const std::string why = good ? "passes, but is listed as failing"
                                     : (compiled.ok() ? (explained ? "wrong answer" : "not explained")
                                                      : compiled.errors[0].text());
        std::printf("FAIL %s: %s\n", title.c_str(), why.c_str());
      }
    }
  }

  Remotes remotes_;
};

void add(Suite::Count& sum, const Suite::Count& count) {
  sum.passed += count.passed;
  sum.all += count.all;
  sum.unexpected += count.unexpected;
}

}  // namespace

int main(int argc, char** argv) {
  const char* const variable = std::getenv("SLIPWAY_CONFORMANCE");
  const fs::path directory = variable != nullptr ? variable : (argc > 1 ? argv[1] : "");
  const fs::path tests = directory / "tests" / "draft4";
  if (directory.empty() || !fs::is_directory(tests)) {
    std::printf("SKIPPED: the JSON Schema test suite is not at \"%s\"; 0 cases run\n", directory.c_str());
    return kSkipped;
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(tests))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Suite suite(directory);
  Suite::Count required, optional;
  for (const fs::path& path : files) {
    const std::string name = fs::relative(path, tests).string();
    const Suite::Count count = suite.run_file(path, name);
    const bool is_optional = name.starts_with("optional");
    std::printf("%-40s %4zu of %4zu\n", name.c_str(), count.passed, count.all);
    add(is_optional ? optional : required, count);
  }
  std::printf("required: %zu of %zu passed; optional: %zu of %zu passed\n", required.passed, required.all,
              optional.passed, optional.all);
  const bool whole = required.all >= kRequiredCases;
  if (!whole) std::printf("FAIL: fewer than %zu required cases are there\n", kRequiredCases);
  return whole && required.passed == required.all && required.unexpected + optional.unexpected == 0 ? 0 : 1;
}
