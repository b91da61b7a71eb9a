// slipway schema validate: whether a document is valid, and every reason why it is not.
#include <cstdio>
#include <iostream>
#include <iterator>

#include "base/file.hpp"
#include "cli/schema.hpp"
#include "document/builder.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "document/yaml_reader.hpp"

namespace slipway::cli {
namespace {

constexpr std::size_t kDocumentBytes = 512u << 20;

// A document to be checked, and where its values stand in its file.
struct Input {
  document::Document document;
  document::SourceMap source;
};

Result<std::string> read_text(const std::string& name) {
  if (name != "-") return read_file(name, kDocumentBytes);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

// A host takes JSON only, so what YAML makes of a file that is called JSON is no answer.
Status is_json(const std::string& name, const std::string& text) {
  document::Document document;
  Status done = document::read_json(text, document);
  if (done) return done;
  return std::move(done).error().within(name);
}

Status read(const std::string& name, Input& input) {
  const Result<std::string> text = read_text(name);
  if (!text) return text.error();
  input.source = document::SourceMap(name == "-" ? "standard input" : name);
  Status as_yaml = document::read_yaml(*text, input.document, input.source);
  if (as_yaml) return name.ends_with(".json") ? is_json(name, *text) : Status();
  // Some JSON is no YAML ("\\ud83d\\ude00"): then there is no line to be named.
  input.source.clear();
  return document::read_json(*text, input.document) ? Status() : std::move(as_yaml);
}

// The line and column that a violation is about: of the name, where a member should not be there.
std::string position(const Input& input, const schema::Violation& violation) {
  return input.source.describe(violation.pointer, violation.keyword == "additionalProperties");
}

void print_lines(const Input& input, const std::vector<schema::Violation>& violations) {
  for (const schema::Violation& violation : violations) {
    const std::string place = violation.pointer.empty() ? "(the whole document)" : violation.pointer;
    std::printf("%s: %s: %s [%s, %s]\n", position(input, violation).c_str(), place.c_str(),
                violation.message.c_str(), violation.keyword.c_str(), violation.schema_pointer.c_str());
  }
}

void print_json(const Input& input, const std::vector<schema::Violation>& violations) {
  document::Document document;
  document::Builder builder;
  builder.start(document);
  const auto member = [&](std::string_view key, std::string_view text) {
    builder.key(key);
    builder.string(text);
  };
  builder.begin_object();
  builder.key("valid");
  builder.boolean(violations.empty());
  builder.key("errors");
  builder.begin_array();
  for (const schema::Violation& violation : violations) {
    builder.begin_object();
    member("pointer", violation.pointer);
    member("keyword", violation.keyword);
    member("schema_pointer", violation.schema_pointer);
    member("message", violation.message);
    member("position", position(input, violation));
    builder.end_object();
  }
  builder.end_array();
  builder.end_object();
  if (const Status finished = builder.finish(); !finished) return complain(finished.error().message);
  std::printf("%s\n", document::to_json(document.root()).c_str());
}

int validate(const std::string& schema_name, const std::string& document_name, bool as_json) {
  const Result<model::SchemaFile> schema = open_valid_schema(schema_name);
  if (!schema) return complain(schema.error().message), kUsage;
  Input input;
  if (const Status done = read(document_name, input); !done)
    return complain(done.error().message), done.error().code == Code::invalid_argument ? kFailure : kUsage;
  const std::vector<schema::Violation> violations = schema->compiled.schema->explain(input.document.root());
  if (as_json)
    print_json(input, violations);
  else if (violations.empty())
    std::printf("%s: valid\n", input.source.file().c_str());
  else
    print_lines(input, violations);
  return violations.empty() ? kSuccess : kFailure;
}

}  // namespace

void add_schema_validate(CLI::App& group, int& exit) {
  CLI::App* const command = group.add_subcommand("validate", "Check a document against a schema");
  auto schema = std::make_shared<std::string>();
  auto document = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("schema", *schema, "The schema, YAML or JSON")->required();
  command
      ->add_option("document", *document,
                   "The document, YAML or JSON (JSON where its name ends in .json); - for standard input")
      ->required();
  command->add_flag("--json", *json,
                    "Print {valid, errors: [{pointer, keyword, schema_pointer, message, position}]}");
  command->footer(
      "Prints each violation, at most 32, as file:line:column: pointer: sentence [keyword, schema pointer].\n"
      "Exits 0 when the document is valid, 1 when it is not, 2 when the schema is wrong or a file is "
      "missing.\n\n"
      "  slipway schema validate plugins/sum/schemas/request.yaml plugins/sum/examples/numbers.json\n"
      "  echo '[1, \"x\"]' | slipway schema validate --json plugins/sum/schemas/request.yaml -");
  command->callback([=, &exit] { exit = validate(*schema, *document, *json); });
}

}  // namespace slipway::cli
