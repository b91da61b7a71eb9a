// slipway schema check: what is wrong with a schema, before a host refuses it.
#include <cstdio>

#include "cli/schema.hpp"

namespace slipway::cli {
namespace {

int check(const std::string& name) {
  const Result<model::SchemaFile> file = open_schema(name);
  if (!file && file.error().code != Code::invalid_argument) return complain(file.error().message), kUsage;
  if (!file) return std::printf("%s\n", file.error().message.c_str()), kFailure;
  for (const schema::Diagnostic& error : file->compiled.errors) std::printf("%s\n", error.text().c_str());
  for (const schema::Diagnostic& warning : file->compiled.warnings)
    std::printf("%s: warning: %s\n", warning.position.c_str(), warning.message.c_str());
  if (!file->compiled.ok()) return kFailure;
  std::printf("%s: ok\n", name.c_str());
  return kSuccess;
}

}  // namespace

void add_schema_check(CLI::App& group, int& exit) {
  CLI::App* const command = group.add_subcommand("check", "Find what is wrong with a schema");
  auto file = std::make_shared<std::string>();
  command->add_option("file", *file, "The schema, YAML or JSON")->required();
  command->footer(
      "Prints each mistake as file:line:column: message, and each warning as file:line:column: warning: "
      "message.\n"
      "References to other files lead into the schema's own folder. Exits 0 when a host would take the\n"
      "schema, 1 when it would not, 2 when there is no such file.\n\n"
      "  slipway schema check plugins/sum/schemas/request.yaml");
  command->callback([=, &exit] { exit = check(*file); });
}

}  // namespace slipway::cli
