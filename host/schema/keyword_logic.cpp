// Keywords that combine schemas, and those that say nothing about values.
#include "schema/keyword_common.hpp"
#include "schema/uri.hpp"

namespace slipway::schema::keyword {

void all_of(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto range = take_schemas(compiler, draft, "allOf", value, true))
    draft.logic.all_of = *range, draft.has_logic = true;
}

void any_of(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto range = take_schemas(compiler, draft, "anyOf", value, true))
    draft.logic.any_of = *range, draft.has_logic = true;
}

void one_of(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto range = take_schemas(compiler, draft, "oneOf", value, true))
    draft.logic.one_of = *range, draft.has_logic = true;
}

void negation(Compiler& compiler, NodeDraft& draft, document::Value value) {
  draft.logic.negated = compiler.child(draft, value, path_of("not"), true);
  draft.has_logic = true;
}

void definitions(Compiler& compiler, NodeDraft& draft, document::Value value) {
  take_named_schemas(compiler, draft, "definitions", value,
                     [&](std::string_view, document::Value schema, const std::string& path) {
                       compiler.child(draft, schema, path, false);
                     });
}

void identifier(Compiler& compiler, NodeDraft& draft, document::Value value) {
  take_text(compiler, draft, compiler.dialect().id, value);
}

void text_annotation(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (value.is_string()) return;
  for (const std::string_view name : {"title", "description"})
    if (draft.schema.find(name) == value.node()) take_text(compiler, draft, name, value);
}

// Kept for examples. Beside `$ref` it has no effect, as nothing has there.
void default_value(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (draft.id != kNone) compiler.program().defaults.push_back({draft.id, compiler.literal(value)});
}

void dialect_uri(Compiler& compiler, NodeDraft& draft, document::Value value) {
  const auto uri = take_text(compiler, draft, "$schema", value);
  if (!uri || split_uri(*uri).document == compiler.dialect().uri) return;
  compiler.error(draft, path_of("$schema"),
                 "`$schema` is " + quoted(*uri) + ", but only " + std::string(compiler.dialect().name) +
                     " is known here: " + quoted(std::string(compiler.dialect().uri) + "#"));
}

void sensitive(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto flag = take_flag(compiler, draft, "x-sensitive", value)) draft.node.sensitive = *flag;
}

}  // namespace slipway::schema::keyword
