// Examples for schemas that nobody wrote for this: the project's own, and random ones.
#include <filesystem>

#include "base/file.hpp"
#include "document/json_writer.hpp"
#include "schema/example.hpp"
#include "schema_generator.hpp"
#include "support.hpp"

namespace slipway::schema {
namespace {

constexpr std::uint64_t kSeeds = 50;
constexpr std::uint64_t kRandomSchemas = 3000;
constexpr int kDocuments = 30;

// An example that is valid, or an error that says something. Whether there is an example.
bool has_example(const Schema& schema, std::uint64_t seed) {
  ExampleOptions options;
  options.seed = seed;
  options.steps = 20'000;
  const Result<document::Document> made = example(schema, options);
  if (!made) {
    CHECK(made.error().message.starts_with("no example was found for "));
    return false;
  }
  CHECK(schema.accepts(made->root()));
  // It is a document that a client can send.
  CHECK(accepts(schema, document::to_json(made->root())));
  return true;
}

}  // namespace

TEST_CASE("the project's own schemas have an example from every seed", "[schema]") {
  std::size_t schemas = 0;
  for (const char* const folder : {"schemas", "plugins"})
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(SLIPWAY_SOURCE) / folder)) {
      if (entry.path().extension() != ".yaml" || entry.path().parent_path().filename() != "schemas") continue;
      CAPTURE(entry.path());
      const Result<std::string> text = read_file(entry.path(), 1u << 20);
      REQUIRE(text.ok());
      const auto schema = schema_of(*text);
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) CHECK(has_example(*schema, seed));
      ++schemas;
    }
  CHECK(schemas >= 9);
}

// That a random schema can be satisfied is known when one of some random documents does.
TEST_CASE("random schemas that can be satisfied nearly all have an example", "[schema]") {
  std::size_t satisfiable = 0;
  std::size_t found = 0;
  std::string without;
  for (std::uint64_t seed = 1; seed <= kRandomSchemas; ++seed) {
    testing::RandomJson random(seed);
    const testing::Json source = testing::random_schema(random);
    CompileOptions options;
    options.strict = false;
    const Compilation compiled = compile_text(source.to_text(), "random", options);
    if (!compiled.ok()) continue;
    const bool has = has_example(*compiled.schema, seed % 2 == 0 ? 0 : seed);
    bool satisfied = has;
    for (int i = 0; i < kDocuments && !satisfied; ++i)
      satisfied = compiled.schema->accepts(json(testing::random_document(random, source).to_text()).root());
    satisfiable += satisfied ? 1 : 0;
    found += has ? 1 : 0;
    if (satisfied && !has) without += "\n" + source.to_text();
  }
  INFO(found << " of " << satisfiable << "; none for" << without);
  CHECK(satisfiable > kRandomSchemas / 2);
  CHECK(static_cast<double>(found) >= 0.999 * static_cast<double>(satisfiable));
}

}  // namespace slipway::schema
