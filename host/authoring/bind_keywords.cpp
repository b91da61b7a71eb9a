#include "authoring/bind_keywords.hpp"

namespace slipway::authoring {
namespace {

using document::Value;
using Names = std::set<std::string, std::less<>>;

std::string_view type_of_value(Value value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "boolean";
  if (value.is_string()) return "string";
  if (value.is_integer()) return "integer";
  if (value.is_number()) return "number";
  return value.is_object() ? "object" : "array";
}

// An integer is a number, too.
void add_name(std::string_view name, Names& names) {
  names.emplace(name);
  if (name == "number") names.emplace("integer");
}

}  // namespace

const slw_value* first_with(const Schemas& schemas, std::string_view keyword) {
  for (const Value schema : schemas)
    if (const slw_value* const value = schema.find(keyword)) return value;
  return nullptr;
}

std::string text_of(const Schemas& schemas, std::string_view keyword) {
  const slw_value* const value = first_with(schemas, keyword);
  return value == nullptr ? std::string() : std::string(Value(value).text());
}

Names type_names(const Schemas& schemas) {
  Names common;
  bool stated = false;
  for (const Value schema : schemas) {
    const slw_value* const type = schema.find("type");
    if (type == nullptr) continue;
    Names names;
    if (const Value value(type); value.is_string())
      add_name(value.text(), names);
    else
      for (std::uint32_t i = 0; i < value.size(); ++i) add_name(value.element(i).text(), names);
    if (stated) std::erase_if(names, [&](const std::string& name) { return !common.contains(name); });
    common = std::move(names);
    stated = true;
  }
  if (!stated) {
    if (const slw_value* const values = first_with(schemas, "enum")) {
      for (std::uint32_t i = 0; i < Value(values).size(); ++i)
        add_name(type_of_value(Value(values).element(i)), common);
    } else if (first_with(schemas, "properties") != nullptr) {
      common.emplace("object");
    } else if (first_with(schemas, "items") != nullptr) {
      common.emplace("array");
    }
  }
  if (common.contains("number")) common.erase("integer");
  return common;
}

std::vector<std::string> enum_texts(const Schemas& schemas) {
  std::vector<std::string> texts;
  if (const slw_value* const values = first_with(schemas, "enum"))
    for (std::uint32_t i = 0; i < Value(values).size(); ++i)
      if (const Value value = Value(values).element(i); value.is_string()) texts.emplace_back(value.text());
  return texts;
}

bool allows_null(const Schemas& schemas) {
  const slw_value* const values = first_with(schemas, "enum");
  if (values == nullptr) return true;
  for (std::uint32_t i = 0; i < Value(values).size(); ++i)
    if (Value(values).element(i).is_null()) return true;
  return false;
}

}  // namespace slipway::authoring
