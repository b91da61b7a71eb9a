// Keywords about values of any kind, strings and numbers.
#include <array>
#include <utility>

#include "schema/keyword_common.hpp"

namespace slipway::schema {
namespace {

struct TypeName {
  std::string_view name;
  std::uint16_t kinds;
};

// Bytes reach the client as a string, a tensor as an array.
constexpr std::array<TypeName, 7> kTypes{{
    {"null", kind_bit(SLW_NULL)},
    {"boolean", kind_bit(SLW_FALSE) | kind_bit(SLW_TRUE)},
    {"integer", kNumberKinds},
    {"number", kNumberKinds},
    {"string", kind_bit(SLW_STRING) | kind_bit(SLW_BYTES)},
    {"array", kind_bit(SLW_ARRAY) | kind_bit(SLW_TENSOR)},
    {"object", kind_bit(SLW_OBJECT)},
}};

const TypeName* find_type(std::string_view name) {
  for (const TypeName& type : kTypes)
    if (type.name == name) return &type;
  return nullptr;
}

// A bound of NumberRules, with its neighbour that makes it exclusive.
bool take_bound(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                std::string_view exclusive_keyword, document::Value value, bool& exclusive) {
  if (!value.is_number()) {
    compiler.error(draft, path_of(keyword), quoted(keyword) + " must be a number, not " + show(value));
    return false;
  }
  const slw_value* const neighbour = draft.schema.find(exclusive_keyword);
  exclusive = neighbour != nullptr && neighbour->kind == SLW_TRUE;
  draft.has_number = true;
  return true;
}

void take_exclusive(Compiler& compiler, NodeDraft& draft, std::string_view keyword, std::string_view bound,
                    document::Value value) {
  if (value.is_number()) {
    compiler.error(draft, path_of(keyword),
                   quoted(keyword) + " must be true or false in " + std::string(compiler.dialect().name) +
                       ", beside " + quoted(bound) + "; a number there is draft-06");
    return;
  }
  if (take_flag(compiler, draft, keyword, value) && draft.schema.find(bound) == nullptr)
    compiler.error_at_key(draft, path_of(keyword),
                          quoted(keyword) + " needs " + quoted(bound) + " beside it");
}

}  // namespace

namespace keyword {

void type(Compiler& compiler, NodeDraft& draft, document::Value value) {
  std::uint16_t kinds = 0;
  bool any_number = false;
  const auto add = [&](std::string_view name, const std::string& path) {
    const TypeName* const known = find_type(name);
    if (known == nullptr) {
      NearestWord nearest(name);
      for (const TypeName& candidate : kTypes) nearest.consider(candidate.name);
      compiler.error(draft, path, "unknown type " + quoted(name) + nearest.suggestion());
      return true;
    }
    const bool again = (kinds & known->kinds) == known->kinds && (name != "number" || any_number) &&
                       (name != "integer" || !any_number);
    any_number = any_number || name == "number";
    kinds |= known->kinds;
    return !again;
  };
  if (value.is_string()) {
    add(value.text(), path_of("type"));
  } else if (!value.is_array() || value.size() == 0) {
    compiler.error(draft, path_of("type"),
                   "`type` must be the name of a type or a list of them, not " +
                       (value.is_array() ? std::string("an empty list") : show(value)));
    return;
  } else {
    for (std::uint32_t i = 0; i < value.size(); ++i) {
      const document::Value name = value.element(i);
      if (!name.is_string()) {
        compiler.error(draft, path_of("type", i), "`type` must be a list of names; this is " + show(name));
      } else if (!add(name.text(), path_of("type", i)) && compiler.strict()) {
        compiler.error(draft, path_of("type", i), quoted(name.text()) + " is named twice");
      }
    }
  }
  draft.node.kinds = kinds;
  draft.node.integral_only = (kinds & kind_bit(SLW_FLOAT64)) != 0 && !any_number;
}

void enumeration(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (!value.is_array() || value.size() == 0) {
    compiler.error(draft, path_of("enum"),
                   "`enum` must be a list of values, not " +
                       (value.is_array() ? std::string("an empty list") : show(value)));
    return;
  }
  draft.logic.enumeration = compiler.enumeration(value);
  draft.has_logic = true;
}

void min_length(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto count = take_count(compiler, draft, "minLength", value))
    draft.text.min_length = *count, draft.has_text = true;
}

void max_length(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (const auto count = take_count(compiler, draft, "maxLength", value))
    draft.text.max_length = *count, draft.has_text = true;
}

void pattern(Compiler& compiler, NodeDraft& draft, document::Value value) {
  const auto source = take_text(compiler, draft, "pattern", value);
  if (!source) return;
  draft.text.pattern = compiler.pattern(draft, *source, path_of("pattern"), false);
  draft.has_text = true;
}

void format(Compiler& compiler, NodeDraft& draft, document::Value value) {
  const auto name = take_text(compiler, draft, "format", value);
  if (!name) return;
  if (const auto known = format_named(*name)) {
    draft.text.format = *known;
    draft.has_text = true;
  } else {
    compiler.warn(draft, path_of("format"),
                  "the format " + quoted(*name) + " is not known, and is not checked");
  }
}

void minimum(Compiler& compiler, NodeDraft& draft, document::Value value) {
  NumberRules& rules = draft.number;
  if (!take_bound(compiler, draft, "minimum", "exclusiveMinimum", value, rules.exclusive_minimum)) return;
  rules.has_minimum = true;
  rules.minimum = value.get();
  rules.bounds.at_least(rules.minimum, rules.exclusive_minimum);
}

void maximum(Compiler& compiler, NodeDraft& draft, document::Value value) {
  NumberRules& rules = draft.number;
  if (!take_bound(compiler, draft, "maximum", "exclusiveMaximum", value, rules.exclusive_maximum)) return;
  rules.has_maximum = true;
  rules.maximum = value.get();
  rules.bounds.at_most(rules.maximum, rules.exclusive_maximum);
}

void exclusive_minimum(Compiler& compiler, NodeDraft& draft, document::Value value) {
  take_exclusive(compiler, draft, "exclusiveMinimum", "minimum", value);
}

void exclusive_maximum(Compiler& compiler, NodeDraft& draft, document::Value value) {
  take_exclusive(compiler, draft, "exclusiveMaximum", "maximum", value);
}

void multiple_of(Compiler& compiler, NodeDraft& draft, document::Value value) {
  if (!value.is_number() || !(value.number() > 0)) {
    compiler.error(draft, path_of("multipleOf"),
                   "`multipleOf` must be a number greater than 0, not " + show(value));
    return;
  }
  draft.number.multiple_of = decimal_of(value.get());
  draft.has_number = true;
}

}  // namespace keyword
}  // namespace slipway::schema
