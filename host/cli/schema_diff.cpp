// slipway schema diff: whether clients of one schema keep working with another.
#include <cstdio>

#include "cli/schema.hpp"
#include "document/builder.hpp"
#include "document/json_writer.hpp"
#include "schema/compatibility.hpp"

namespace slipway::cli {
namespace {

std::string_view name_of(schema::Verdict verdict) {
  switch (verdict) {
    case schema::Verdict::compatible:
      return "compatible";
    case schema::Verdict::breaking:
      return "breaking";
    case schema::Verdict::cannot_tell:
      break;
  }
  return "cannot tell";
}

void print_lines(const schema::Comparison& comparison) {
  std::printf("%s\n", std::string(name_of(comparison.verdict)).c_str());
  for (const schema::Change& change : comparison.changes) {
    const std::string place = change.pointer.empty() ? "(the whole document)" : change.pointer;
    std::printf("%s: %s [%s]\n", place.c_str(), change.message.c_str(), change.schema_pointer.c_str());
    if (!change.example.empty()) std::printf("  for example %s\n", change.example.c_str());
  }
  if (comparison.more) std::printf("There may be more than these.\n");
}

void print_json(const schema::Comparison& comparison) {
  document::Document document;
  document::Builder builder;
  builder.start(document);
  const auto member = [&](std::string_view key, std::string_view text) {
    builder.key(key);
    builder.string(text);
  };
  builder.begin_object();
  member("verdict", name_of(comparison.verdict));
  builder.key("changes");
  builder.begin_array();
  for (const schema::Change& change : comparison.changes) {
    builder.begin_object();
    member("verdict", name_of(change.verdict));
    member("pointer", change.pointer);
    member("schema_pointer", change.schema_pointer);
    member("message", change.message);
    if (!change.example.empty()) member("example", change.example);
    builder.end_object();
  }
  builder.end_array();
  builder.key("more");
  builder.boolean(comparison.more);
  builder.end_object();
  if (const Status finished = builder.finish(); !finished) return complain(finished.error().message);
  std::printf("%s\n", document::to_json(document.root()).c_str());
}

int diff(const std::string& old_name, const std::string& new_name, schema::Direction direction,
         bool as_json) {
  const Result<model::SchemaFile> old_schema = open_valid_schema(old_name);
  if (!old_schema) return complain(old_schema.error().message), kUsage;
  const Result<model::SchemaFile> new_schema = open_valid_schema(new_name);
  if (!new_schema) return complain(new_schema.error().message), kUsage;
  const schema::Comparison comparison =
      schema::compare(*old_schema->compiled.schema, *new_schema->compiled.schema, direction);
  as_json ? print_json(comparison) : print_lines(comparison);
  return comparison.verdict == schema::Verdict::compatible ? kSuccess : kFailure;
}

}  // namespace

void add_schema_diff(CLI::App& group, int& exit) {
  CLI::App* const command = group.add_subcommand("diff", "Compare two versions of a schema");
  auto old_name = std::make_shared<std::string>();
  auto new_name = std::make_shared<std::string>();
  auto direction = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("old", *old_name, "The schema that clients know, YAML or JSON")->required();
  command->add_option("new", *new_name, "The schema that is to take its place")->required();
  command->add_option("--as", *direction, "What the schemas describe: request or response")
      ->required()
      ->check(CLI::IsMember({"request", "response"}));
  command->add_flag("--json", *json,
                    "Print {verdict, changes: [{verdict, pointer, schema_pointer, message, example}], more}");
  command->footer(
      "Of a request, the new schema must accept all that the old one did; of a response, it may allow only\n"
      "what the old one did. Prints compatible, breaking or cannot tell, and each change as\n"
      "pointer: sentence [keyword's place], with a document that shows it. docs/schema.md says what is "
      "decided.\n"
      "Exits 0 when compatible, 1 when breaking or not to be told, 2 when a schema is wrong or missing.\n\n"
      "  slipway schema diff old/request.yaml new/request.yaml --as request");
  command->callback([=, &exit] {
    const bool request = *direction == "request";
    exit =
        diff(*old_name, *new_name, request ? schema::Direction::request : schema::Direction::response, *json);
  });
}

}  // namespace slipway::cli
