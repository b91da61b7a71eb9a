// slipway schema: the group of commands about schemas. Each sub-command is in a file of its own.
#pragma once

#include "cli/command.hpp"
#include "model/schema_file.hpp"

namespace slipway::cli {

void add_schema_check(CLI::App& group, int& exit);
void add_schema_validate(CLI::App& group, int& exit);
void add_schema_diff(CLI::App& group, int& exit);
void add_schema_example(CLI::App& group, int& exit);
void add_schema_openapi(CLI::App& group, int& exit);

// A schema named on the command line. References to other files lead into its folder.
Result<model::SchemaFile> open_schema(const std::string& file);
// The same, with what is wrong with the schema as an error.
Result<model::SchemaFile> open_valid_schema(const std::string& file);

}  // namespace slipway::cli
