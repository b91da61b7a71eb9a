#include "authoring/bind_schema.hpp"

#include <algorithm>
#include <charconv>

#include "authoring/bind_keywords.hpp"
#include "authoring/bind_names.hpp"
#include "document/pointer.hpp"

namespace slipway::authoring {
namespace {

using document::Value;

// Types inside each other; what is deeper is left as any JSON.
constexpr int kDeepest = 100;

// As a double, also where it was written as an integer.
std::string number_literal(double number) {
  char text[32];
  std::string out(text, std::to_chars(text, text + sizeof text, number).ptr);
  return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

std::string integer_literal(std::int64_t number) {
  return number == INT64_MIN ? "INT64_MIN" : std::to_string(number);
}

std::string last_token(std::string_view pointer) {
  std::string token;
  while (!pointer.empty()) token = document::take_token(pointer);
  return token;
}

}  // namespace

SchemaTypes::SchemaTypes(const model::SchemaFile& file, Side side, Types& types)
    : files_(file),
      options_{.resolver = &files_, .base_uri = file.path},
      references_(schema::dialect_table(options_.dialect), options_,
                  [](const schema::Place&, const std::string&) {}),
      root_(file.document.root()),
      side_(side),
      types_(types) {
  references_.add_root(root_, no_positions_);
}

Type SchemaTypes::root(const std::string& name) {
  return type_of(facts_of({root_}), {.name = name, .enclosing = "", .depth = 0});
}

Value SchemaTypes::follow(Value schema, std::string* reference) {
  while (const slw_value* const text = schema.find("$ref")) {
    const Result<schema::Target> target = references_.resolve(Value(text).text(), schema.node());
    if (!target) break;  // it was compiled: this does not happen
    if (reference != nullptr && reference->empty()) {
      const std::string& file = references_.document(target->place.document).name;
      *reference = target->place.pointer.empty() ? file.substr(file.find_last_of('/') + 1)
                                                 : last_token(target->place.pointer);
      if (target->place.pointer.empty()) reference->erase(std::min(reference->find('.'), reference->size()));
    }
    schema = Value(target->schema);
  }
  return schema;
}

void SchemaTypes::add_facts(Value schema, Facts& facts) {
  schema = follow(schema, nullptr);
  const auto is_same = [&](Value part) { return part.node() == schema.node(); };
  if (std::ranges::any_of(facts.parts, is_same)) return;
  facts.parts.push_back(schema);
  if (const slw_value* const all = schema.find("allOf"))
    for (std::uint32_t i = 0; i < Value(all).size(); ++i) add_facts(Value(all).element(i), facts);
}

SchemaTypes::Facts SchemaTypes::facts_of(const Schemas& schemas) {
  Facts facts;
  for (const Value schema : schemas) add_facts(schema, facts);
  if (schemas.size() == 1) (void)follow(schemas.front(), &facts.reference);
  return facts;
}

Type SchemaTypes::type_of(const Facts& facts, const Place& place) {
  std::set<std::string, std::less<>> names = type_names(facts.parts);
  Type type;
  type.nullable = names.erase("null") != 0 && allows_null(facts.parts);
  if (names.size() != 1 || place.depth > kDeepest) return {};
  const std::string& name = *names.begin();
  if (name == "array") {
    type.kind = Type::Kind::list;
    type.element = std::make_shared<Type>(element_of(facts, place));
  } else if (name == "object") {
    if (!is_structure(facts)) return {};
    type.kind = Type::Kind::structure;
    type.name = structure_of(facts, place, type.nullable);
  } else if (name == "string") {
    std::vector<std::string> texts = enum_texts(facts.parts);
    type.kind = texts.empty() ? Type::Kind::text : Type::Kind::enumeration;
    if (!texts.empty()) type.name = enumeration_of(facts, std::move(texts), place, type.nullable);
  } else {
    type.kind = name == "boolean"   ? Type::Kind::boolean
                : name == "integer" ? Type::Kind::integer
                                    : Type::Kind::number;
  }
  return type;
}

Type SchemaTypes::element_of(const Facts& facts, const Place& place) {
  Schemas items;
  for (const Value part : facts.parts) {
    const slw_value* const schema = part.find("items");
    if (schema == nullptr) continue;
    if (!Value(schema).is_object()) return {};  // each item has a schema of its own
    items.emplace_back(schema);
  }
  return type_of(facts_of(items), {place.name + " item", place.enclosing, place.depth + 1});
}

std::string SchemaTypes::enumeration_of(const Facts& facts, std::vector<std::string> texts,
                                        const Place& place, bool nullable) {
  const std::string wanted = wanted_name(facts, place, nullable);
  for (const auto& declaration : types_.declarations)
    if (const auto* const known = std::get_if<Enumeration>(&declaration);
        known != nullptr && known->wanted == wanted && known->texts == texts)
      return known->name;
  Enumeration made{take_name(wanted, place), wanted, text_of(facts.parts, "description"), std::move(texts)};
  types_.declarations.emplace_back(made);
  return made.name;
}

// Whether everything that the object may hold can be named.
bool SchemaTypes::is_structure(const Facts& facts) {
  bool declares = false;
  for (const Value part : facts.parts) {
    if (part.find("patternProperties") != nullptr) return false;
    const slw_value* const additional = part.find("additionalProperties");
    if (additional != nullptr && Value(additional).size() != 0) return false;
    for (const std::string_view keyword : {"anyOf", "oneOf"})
      if (const slw_value* const alternatives = part.find(keyword))
        if (declare_members(Value(alternatives))) return false;
    const slw_value* const properties = part.find("properties");
    declares = declares || (properties != nullptr && Value(properties).size() != 0);
  }
  return declares;
}

bool SchemaTypes::declare_members(Value alternatives) {
  for (std::uint32_t i = 0; i < alternatives.size(); ++i)
    if (first_with(facts_of({alternatives.element(i)}).parts, "properties") != nullptr) return true;
  return false;
}

std::string SchemaTypes::structure_of(const Facts& facts, const Place& place, bool nullable) {
  std::vector<const slw_value*> parts;
  for (const Value part : facts.parts) parts.push_back(part.node());
  const auto [known, is_new] = known_.try_emplace(std::move(parts));
  if (!is_new) {
    if (incomplete_.contains(known->second)) types_.declared_first.insert(known->second);
    return known->second;
  }
  const std::string name = take_name(wanted_name(facts, place, nullable), place);
  known->second = name;
  incomplete_.insert(name);
  Structure made{name, text_of(facts.parts, "description"), side_, fields_of(facts, name, place.depth + 1)};
  const auto is_open = [&](const std::string& first) { return incomplete_.contains(first); };
  made.within_recursion = std::ranges::any_of(types_.declared_first, is_open);
  incomplete_.erase(name);
  types_.declarations.emplace_back(std::move(made));
  return name;
}

std::vector<Field> SchemaTypes::fields_of(const Facts& facts, const std::string& enclosing, int depth) {
  std::vector<std::pair<std::string, Schemas>> properties;
  std::set<std::string, std::less<>> required;
  for (const Value part : facts.parts) {
    if (const slw_value* const names = part.find("required"))
      for (std::uint32_t i = 0; i < Value(names).size(); ++i)
        required.emplace(Value(names).element(i).text());
    const slw_value* const members = part.find("properties");
    for (std::uint32_t i = 0; members != nullptr && i < Value(members).size(); ++i) {
      const std::string_view key = Value(members).key(i);
      auto at = std::ranges::find_if(properties, [&](const auto& known) { return known.first == key; });
      if (at == properties.end()) at = properties.insert(at, {std::string(key), {}});
      at->second.push_back(Value(members).member(i));
    }
  }
  std::vector<Field> fields;
  for (const auto& [key, schemas] : properties) {
    fields.push_back(field_of(key, schemas, {key, enclosing, depth}));
    if (required.contains(key)) fields.back().presence = Presence::required;
  }
  return fields;
}

Field SchemaTypes::field_of(const std::string& key, const Schemas& schemas, const Place& place) {
  const Facts facts = facts_of(schemas);
  Field field;
  field.key = key;
  field.description = text_of(schemas, "description");
  field.type = type_of(facts, place);
  // What stands here and has a type of its own says it there.
  if (field.type.is_named() && facts.reference.empty()) field.description.clear();
  field.recursive = incomplete_.contains(field.type.name);
  const slw_value* const beside = first_with(schemas, "default");
  const slw_value* const value = beside != nullptr ? beside : first_with(facts.parts, "default");
  if (value != nullptr) field.initial = initial_of(Value(value), field.type);
  if (!field.initial.empty()) field.presence = Presence::defaulted;
  return field;
}

// Empty where the type has no plain initialiser for it.
std::string SchemaTypes::initial_of(Value value, const Type& type) const {
  if (value.is_null()) return type.nullable ? "{}" : "";
  switch (type.kind) {
    case Type::Kind::boolean:
      return !value.is_boolean() ? "" : value.boolean() ? "true" : "false";
    case Type::Kind::integer:
      return value.kind() == document::Kind::int64 ? integer_literal(value.int64()) : "";
    case Type::Kind::number:
      return value.is_number() ? number_literal(value.number()) : "";
    case Type::Kind::text: {
      if (!value.is_string()) return "";
      const std::string text = literal(value.text());
      if (value.text().find('\0') == std::string_view::npos) return text;
      return (side_ == Side::request ? "std::string_view(" : "std::string(") + text + ", " +
             std::to_string(value.text().size()) + ")";
    }
    case Type::Kind::enumeration:
      for (const auto& declaration : types_.declarations)
        if (const auto* const made = std::get_if<Enumeration>(&declaration); made && made->name == type.name)
          if (const auto at = std::ranges::find(made->texts, value.text()); at != made->texts.end())
            return made->name +
                   "::" + identifiers(made->texts)[static_cast<std::size_t>(at - made->texts.begin())];
      return "";
    case Type::Kind::list:
      return value.is_array() && value.size() == 0 && !type.nullable ? "{}" : "";
    default:
      return "";
  }
}

std::string SchemaTypes::wanted_name(const Facts& facts, const Place& place, bool nullable) const {
  if (place.enclosing.empty() && place.depth == 0) return place.name + (nullable ? "Value" : "");
  const std::string title = text_of(facts.parts, "title");
  return type_name(!facts.reference.empty() ? facts.reference : !title.empty() ? title : place.name);
}

std::string SchemaTypes::take_name(std::string wanted, const Place& place) {
  const bool is_root = place.enclosing.empty() && place.depth == 0;
  if (types_.names.insert(wanted).second || is_root) return wanted;
  wanted = place.enclosing + wanted;
  std::string name = wanted;
  for (int number = 2; !types_.names.insert(name).second; ++number) name = wanted + std::to_string(number);
  return name;
}

}  // namespace slipway::authoring
