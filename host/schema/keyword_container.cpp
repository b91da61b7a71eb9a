// Keywords about arrays and objects.
#include <unordered_set>

#include "schema/keyword_common.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kMostNames = 65'535;  // the hash of a member's name has 16 bits

// `additionalItems` or `additionalProperties`: a schema, or whether anything is allowed.
NodeId schema_or_flag(Compiler& compiler, NodeDraft& draft, std::string_view keyword, document::Value value) {
  if (value.is_boolean()) return value.boolean() ? kAny : kNever;
  if (value.is_object()) return compiler.child(draft, value, path_of(keyword), false);
  compiler.error(draft, path_of(keyword),
                 quoted(keyword) + " must be true, false or a schema, not " + show(value));
  return kAny;
}

Property* declare(Compiler& compiler, NodeDraft& draft, std::string_view name, const std::string& path) {
  draft.has_object = true;
  if (draft.object.properties.size() < kMostNames) return &draft.object.properties.add(name);
  compiler.error(draft, path, "one schema names more than " + std::to_string(kMostNames) + " members");
  return nullptr;
}

}  // namespace

namespace keyword {

void min_items(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto count = take_count(compiler, draft, "minItems", value))
    draft.array.min_items = *count, draft.has_array = true;
}

void max_items(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto count = take_count(compiler, draft, "maxItems", value))
    draft.array.max_items = *count, draft.has_array = true;
}

void unique_items(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto flag = take_flag(compiler, draft, "uniqueItems", value))
    draft.array.unique = *flag, draft.has_array = draft.has_array || *flag;
}

void items(Compiler& compiler, NodeDraft& draft, document::Value value) {
  draft.has_array = true;
  if (value.is_object()) {
    draft.array.rest = compiler.child(draft, value, path_of("items"), false);
    return;
  }
  if (!value.is_array()) {
    compiler.error(draft, path_of("items"),
                   "`items` must be a schema or a list of schemas, not " + show(value));
    return;
  }
  if (value.size() == 0 && compiler.strict())
    compiler.error(draft, path_of("items"), "`items` must hold at least one schema");
  if (const auto range = take_schemas(compiler, draft, "items", value, false)) draft.array.tuple = *range;
  if (const slw_value* const additional = draft.schema.find("additionalItems")) {
    draft.array.rest = schema_or_flag(compiler, draft, "additionalItems", document::Value(additional));
    draft.array.rest_is_additional = true;
  }
}

// Of effect only beside a list of `items`, whose compiler has seen to it.
void additional_items(Compiler& compiler, NodeDraft& draft, document::Value value) {
  const slw_value* const beside = draft.schema.find("items");
  if (beside != nullptr && document::Value(beside).is_array()) return;
  schema_or_flag(compiler, draft, "additionalItems", value);
  if (compiler.strict())
    compiler.error_at_key(draft, path_of("additionalItems"),
                          "`additionalItems` has no effect without a list of schemas in `items`");
}

void min_properties(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto count = take_count(compiler, draft, "minProperties", value))
    draft.object.min_properties = *count, draft.has_object = true;
}

void max_properties(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto count = take_count(compiler, draft, "maxProperties", value))
    draft.object.max_properties = *count, draft.has_object = true;
}

void required(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (value.is_boolean()) {
    compiler.error(draft, path_of("required"),
                   "`required` is a list of names in " + std::string(compiler.dialect().name) +
                       ", in the schema of the object; true and false are draft-03");
    return;
  }
  take_names(compiler, draft, path_of("required"), value, [&](std::string_view name) {
    Property* const property = declare(compiler, draft, name, path_of("required"));
    if (property == nullptr || property->required != PropertyTable::kOptional) return property == nullptr;
    property->required = draft.object.required++;
    return true;
  });
}

void properties(Compiler& compiler, NodeDraft& draft, document::Value value) {
  take_named_schemas(compiler, draft, "properties", value,
                     [&](std::string_view name, document::Value schema, const std::string& path) {
                       const NodeId node = compiler.child(draft, schema, path, false);
                       if (Property* const property = declare(compiler, draft, name, path))
                         property->node = node;
                     });
}

void pattern_properties(Compiler& compiler, NodeDraft& draft, document::Value value) {
  std::vector<PatternProperty> made;
  take_named_schemas(compiler, draft, "patternProperties", value,
                     [&](std::string_view source, document::Value schema, const std::string& path) {
                       const NodeId node = compiler.child(draft, schema, path, false);
                       const std::uint32_t pattern = compiler.pattern(draft, source, path, true);
                       if (pattern != kNone) made.push_back({pattern, node});
                     });
  auto& all = compiler.program().pattern_properties;
  draft.object.patterns = {static_cast<std::uint32_t>(all.size()), static_cast<std::uint32_t>(made.size())};
  all.insert(all.end(), made.begin(), made.end());
  draft.has_object = draft.has_object || !made.empty();
}

void additional_properties(Compiler& compiler, NodeDraft& draft, document::Value value) {
  draft.object.additional = schema_or_flag(compiler, draft, "additionalProperties", value);
  draft.has_object = draft.has_object || draft.object.additional != kAny;
}

void dependencies(Compiler& compiler, NodeDraft& draft, document::Value value) {
  std::vector<Dependency> made;
  take_named_schemas(compiler, draft, "dependencies", value,
                     [&](std::string_view name, document::Value needed, const std::string& path) {
                       Dependency dependency{compiler.name(name), {}, kAny};
                       if (needed.is_object()) {
                         dependency.node = compiler.child(draft, needed, path, true);
                       } else {
                         std::vector<std::uint32_t> names;
                         std::unordered_set<std::uint32_t> known;
                         take_names(compiler, draft, path, needed, [&](std::string_view other) {
                           const std::uint32_t number = compiler.name(other);
                           if (!known.insert(number).second) return false;
                           names.push_back(number);
                           return true;
                         });
                         auto& lists = compiler.program().name_lists;
                         dependency.required = {static_cast<std::uint32_t>(lists.size()),
                                                static_cast<std::uint32_t>(names.size())};
                         lists.insert(lists.end(), names.begin(), names.end());
                       }
                       made.push_back(dependency);
                     });
  auto& all = compiler.program().dependencies;
  draft.object.dependencies = {static_cast<std::uint32_t>(all.size()),
                               static_cast<std::uint32_t>(made.size())};
  all.insert(all.end(), made.begin(), made.end());
  draft.has_object = draft.has_object || !made.empty();
}

}  // namespace keyword
}  // namespace slipway::schema
