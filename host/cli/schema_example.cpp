// slipway schema example: a document that a schema accepts.
#include <cstdio>

#include "cli/schema.hpp"
#include "document/json_writer.hpp"
#include "schema/example.hpp"

namespace slipway::cli {
namespace {

int print_examples(const std::string& name, std::uint64_t seed, std::uint32_t count) {
  const Result<model::SchemaFile> file = open_valid_schema(name);
  if (!file) return complain(file.error().message), kUsage;
  schema::ExampleOptions options;
  for (std::uint32_t i = 0; i < count; ++i) {
    options.seed = seed + i;
    const Result<document::Document> example = schema::example(*file->compiled.schema, options);
    if (!example) return complain(name + ": " + example.error().message), kFailure;
    std::printf("%s\n", document::to_json(example->root()).c_str());
  }
  return kSuccess;
}

}  // namespace

void add_schema_example(CLI::App& group, int& exit) {
  CLI::App* const command = group.add_subcommand("example", "Print a document that a schema accepts");
  auto file = std::make_shared<std::string>();
  auto seed = std::make_shared<std::uint64_t>(0);
  auto count = std::make_shared<std::uint32_t>(1);
  command->add_option("file", *file, "The schema, YAML or JSON")->required();
  command->add_option("--seed", *seed,
                      "0 for the most readable example, any other number for a varied one [0]");
  command->add_option("--count", *count, "How many, a line each; from the seed on, each by the next one [1]")
      ->check(CLI::Range(1, 1'000'000));
  command->footer(
      "Prints JSON, which has been checked against the schema. The same seed gives the same example. Exits "
      "1\n"
      "where none was found, and says which part of the schema could not be satisfied; 2 when the schema\n"
      "itself is wrong.\n\n"
      "  slipway schema example plugins/sum/schemas/request.yaml | slipway predict build/release/models/sum\n"
      "  slipway schema example --seed 1 --count 20 plugins/sum/schemas/request.yaml");
  command->callback([=, &exit] { exit = print_examples(*file, *seed, *count); });
}

}  // namespace slipway::cli
