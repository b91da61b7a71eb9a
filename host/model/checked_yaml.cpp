#include "model/checked_yaml.hpp"

#include <cstdio>
#include <cstdlib>

#include "document/yaml_reader.hpp"
#include "schema/compile.hpp"

namespace slipway::model {

std::shared_ptr<const schema::Schema> own_schema(std::string_view text, std::string_view name) {
  schema::Compilation compiled = schema::compile_text(text, name);
  if (!compiled.ok()) {
    std::fprintf(stderr, "slipway: a schema of the host itself is broken:\n%s\n",
                 compiled.status().error().message.c_str());
    std::abort();
  }
  return compiled.schema;
}

Status check_against(const schema::Schema& schema, document::Value value, const document::SourceMap& source) {
  if (schema.accepts(value)) return {};
  std::string message;
  std::string first_pointer;
  for (const schema::Violation& violation : schema.explain(value)) {
    if (message.empty())
      first_pointer = violation.pointer;
    else
      message += '\n';
    const bool about_key = violation.keyword == "additionalProperties";
    message += source.describe(violation.pointer, about_key) + ": " +
               (violation.pointer.empty() ? "" : violation.pointer + ": ") + violation.message;
  }
  return Error(Code::invalid_argument, std::move(message), std::move(first_pointer));
}

Status read_checked_yaml(std::string_view text, const schema::Schema& schema, document::Document& target,
                         document::SourceMap& source) {
  if (Status read = document::read_yaml(text, target, source); !read) return read;
  return check_against(schema, target.root(), source);
}

std::string text_or(document::Value object, std::string_view key, std::string_view fallback) {
  const slw_value* const member = object.find(key);
  return std::string(member == nullptr ? fallback : document::Value(member).text());
}

}  // namespace slipway::model
