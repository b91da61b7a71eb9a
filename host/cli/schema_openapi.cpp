// slipway schema openapi: a model's API, for whoever generates clients or documentation from it.
#include <cstdio>

#include "api/openapi.hpp"
#include "cli/schema.hpp"

namespace slipway::cli {
namespace {

int print_openapi(const std::string& directory) {
  const Result<model::Bundle> bundle = model::open_bundle(directory);
  if (!bundle) return complain(bundle.error().message), kUsage;
  const Result<std::string> text =
      api::openapi({&*bundle, bundle->manifest.deprecation.has_value()}, api::Callers::anyone);
  if (!text) return complain(text.error().message), kFailure;
  std::printf("%s\n", text->c_str());
  return kSuccess;
}

}  // namespace

void add_schema_openapi(CLI::App& group, int& exit) {
  CLI::App* const command = group.add_subcommand("openapi", "Print a model's OpenAPI 3.1 document");
  auto directory = std::make_shared<std::string>();
  command->add_option("bundle", *directory, "Folder of the model's bundle; its plugin is not needed")
      ->required();
  command->footer(
      "Prints JSON: the routes, the schemas as JSON Schema 2020-12, an example request, the refusals. A "
      "host\n"
      "serves the same at /models/NAME/openapi.json. Exits 2 when the manifest or a schema is wrong.\n\n"
      "  slipway schema openapi build/release/models/sum > sum.openapi.json");
  command->callback([=, &exit] { exit = print_openapi(*directory); });
}

}  // namespace slipway::cli
