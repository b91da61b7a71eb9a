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
#include <string>
#include <vector>

#include "suite.hpp"

namespace {

namespace fs = std::filesystem;
using namespace conformance;

constexpr std::size_t kRequiredCases = 618;

// file: description of the group: description of the test.
const std::vector<std::string> kKnownFailures = {};

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
  const fs::path directory = find_suite(argc, argv);
  if (directory.empty()) return kSkipped;
  Suite suite(directory);
  Suite::Count required, optional;
  for (const fs::path& path : suite_files(directory)) {
    const std::string name = fs::relative(path, directory / "tests" / "draft4").string();
    const Suite::Count count = suite.run_file(path, name);
    const bool is_optional = name.starts_with("optional");
    std::printf("%-40s %4zu of %4zu\n", name.c_str(), count.passed, count.all);
    add(is_optional ? optional : required, count);
  }
  std::printf("JSON Schema draft-04: %zu of %zu required and %zu of %zu optional cases passed\n",
              required.passed, required.all, optional.passed, optional.all);
  const bool whole = required.all >= kRequiredCases;
  if (!whole) std::printf("FAIL: fewer than %zu required cases are there\n", kRequiredCases);
  return whole && required.passed == required.all && required.unexpected + optional.unexpected == 0 ? 0 : 1;
}
