// Asks for examples of every schema of the official JSON Schema test suite that some case of it satisfies,
// and wants one from every seed. That an example is valid is checked by example() itself.
//
//   schema_examples DIRECTORY     as schema_suite has it
#include "schema/example.hpp"

#include "suite.hpp"

namespace {

namespace fs = std::filesystem;
using namespace conformance;

constexpr std::uint64_t kSeeds = 10;
class Examples {
 public:
  explicit Examples(const fs::path& directory) : remotes_(directory / "remotes") {}

  void run_file(const fs::path& path) {
    Document file;
    if (!load(path, file)) return;
    for (std::uint32_t i = 0; i < file.root().size(); ++i)
      run_group(file.root().element(i), path.filename().string());
  }

  int report() const {
    std::printf("JSON Schema examples: for %zu of %zu schemas, from each of %u seeds\n", found_, all_,
                static_cast<unsigned>(kSeeds));
    return all_ != 0 && found_ == all_ ? 0 : 1;
  }

 private:
  static bool can_be_satisfied(Value group) {
    const Value tests(group.find("tests"));
    for (std::uint32_t i = 0; i < tests.size(); ++i)
      if (Value(tests.element(i).find("valid")).boolean()) return true;
    return false;
  }

  void run_group(Value group, const std::string& name) {
    slipway::schema::CompileOptions options;
    options.strict = false;
    options.resolver = &remotes_;
    const auto compiled = slipway::schema::compile(Value(group.find("schema")), SourceMap(name), options);
    if (!compiled.ok() || !can_be_satisfied(group)) return;
    ++all_;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      slipway::schema::ExampleOptions wanted;
      wanted.seed = seed;
      const auto made = slipway::schema::example(*compiled.schema, wanted);
      if (made) continue;
      std::printf("none     %s: %s (seed %u): %s\n", name.c_str(), text(group, "description").c_str(),
                  static_cast<unsigned>(seed), made.error().message.c_str());
      return;
    }
    ++found_;
  }

  Remotes remotes_;
  std::size_t all_ = 0;
  std::size_t found_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const fs::path directory = find_suite(argc, argv);
  if (directory.empty()) return kSkipped;
  Examples examples(directory);
  for (const fs::path& path : suite_files(directory)) examples.run_file(path);
  return examples.report();
}
