#include "cli/schema.hpp"

namespace slipway::cli {

Result<model::SchemaFile> open_schema(const std::string& file) {
  const std::filesystem::path path(file);
  const std::filesystem::path folder = path.parent_path();
  return model::open_schema_file(folder.empty() ? "." : folder, path.filename().string());
}

Result<model::SchemaFile> open_valid_schema(const std::string& file) {
  Result<model::SchemaFile> schema = open_schema(file);
  if (schema && !schema->compiled.ok()) return schema->compiled.status().error();
  return schema;
}

void add_schema_command(CLI::App& app, int& exit) {
  CLI::App* const group = app.add_subcommand("schema", "Check schemas, and use them");
  group->require_subcommand(1);
  group->footer("`slipway schema COMMAND --help` says more.");
  add_schema_check(*group, exit);
  add_schema_validate(*group, exit);
  add_schema_diff(*group, exit);
  add_schema_example(*group, exit);
  add_schema_openapi(*group, exit);
}

}  // namespace slipway::cli
