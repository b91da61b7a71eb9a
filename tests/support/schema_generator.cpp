#include "schema_generator.hpp"

#include <algorithm>

namespace slipway::testing {
namespace {

constexpr const char* kTypes[] = {"null", "boolean", "integer", "number", "string", "array", "object"};
constexpr unsigned kDepth = 3;
constexpr std::size_t kMostDefinitions = 3;

std::string definition_name(std::size_t i) {
  return "d" + std::to_string(i);
}

class SchemaMaker {
 public:
  explicit SchemaMaker(RandomJson& random) : random_(random) {}

  Json whole() {
    definitions_ = random_.has(kReferences) ? random_.below(kMostDefinitions + 1) : 0;
    Json root = schema(kDepth);
    if (definitions_ == 0) return root;
    Json definitions = Json::object();
    for (std::size_t i = 0; i < definitions_; ++i) {
      first_reachable_ = i + 1;
      definitions.set(definition_name(i), schema(kDepth - 1));
    }
    // Beside a $ref, definitions would not count.
    if (root.find("$ref") != nullptr) root = combination("allOf", {std::move(root)});
    root.set("definitions", std::move(definitions));
    return root;
  }

  // One more keyword for a schema that has no $ref, with whatever it needs beside it.
  void add_keywords(Json& schema, unsigned depth) {
    switch (random_.below(depth == 0 ? 4 : 8)) {
      case 0:
        return add_type(schema);
      case 1:
        return add_number_rules(schema);
      case 2:
        return add_string_rules(schema);
      case 3:
        if (random_.has(kEnum))
          schema.set("enum", Json::array(random_.distinct_values(1 + random_.below(4))));
        return;
      case 4:
        return add_array_rules(schema, depth);
      case 5:
      case 6:
        return add_object_rules(schema, depth);
      default:
        return add_combination(schema, depth);
    }
  }

  Json schema(unsigned depth) {
    Json schema = Json::object();
    const std::size_t roll = random_.below(12);
    if (roll == 0) return schema;
    if (roll <= 2 && reference(schema)) return schema;
    if (roll <= 6) {
      for (std::size_t left = 1 + random_.below(3); left != 0; --left) add_keywords(schema, depth);
      return schema;
    }
    typed(schema, depth);
    return schema;
  }

 private:
  bool maybe(std::uint32_t features) { return random_.has(features) && random_.one_in(2); }

  Json combination(std::string_view keyword, std::vector<Json> branches) {
    Json schema = Json::object();
    schema.set(keyword, Json::array(std::move(branches)));
    return schema;
  }

  // A schema for a member or an element: from here on, a reference may go round in a circle.
  Json inner(unsigned depth) {
    const std::size_t outside = first_reachable_;
    if (random_.has(kRecursion)) first_reachable_ = kAnything;
    Json inner = schema(depth - 1);
    first_reachable_ = outside;
    return inner;
  }

  bool reference(Json& schema) {
    const bool anything = first_reachable_ == kAnything;
    if (!random_.has(kReferences)) return false;
    if (anything && (definitions_ == 0 || random_.one_in(4))) {
      schema.set("$ref", Json::string("#"));
      return true;
    }
    const std::size_t first = anything ? 0 : first_reachable_;
    if (first >= definitions_) return false;
    const std::size_t target = first + random_.below(definitions_ - first);
    schema.set("$ref", Json::string("#/definitions/" + definition_name(target)));
    return true;
  }

  void typed(Json& schema, unsigned depth) {
    const std::size_t type = random_.below(std::size(kTypes) + (depth == 0 ? 0 : 2));
    const char* const name = kTypes[std::min(type, std::size(kTypes) - 1)];
    if (random_.has(kType) && !random_.one_in(6)) schema.set("type", Json::string(name));
    switch (type) {
      case 0:
      case 1:
        return;
      case 2:
      case 3:
        return add_number_rules(schema);
      case 4:
        return add_string_rules(schema);
      case 5:
        if (depth != 0) add_array_rules(schema, depth);
        return;
      default:
        if (depth != 0) add_object_rules(schema, depth);
    }
    if (random_.one_in(6)) add_keywords(schema, depth);
  }

  void add_type(Json& schema) {
    if (!random_.has(kType)) return;
    if (random_.one_in(2)) return schema.set("type", Json::string(random_.pick(kTypes)));
    Json types = Json::array();
    const std::size_t first = random_.below(std::size(kTypes));
    for (std::size_t i = 0, count = 1 + random_.below(4); i < count; ++i)
      types.children.push_back(Json::string(kTypes[(first + 3 * i) % std::size(kTypes)]));
    schema.set("type", std::move(types));
  }

  void add_number_rules(Json& schema) {
    if (random_.has(kBounds)) add_bounds(schema);
    if (random_.has(kMultipleOf) && random_.one_in(4)) {
      constexpr const char* kDivisors[] = {"1", "2", "3", "7", "0.5", "0.1", "0.01", "1e2"};
      schema.set("multipleOf", Json::literal(kDivisors[random_.below(random_.has(kFractions) ? 8 : 4)]));
    }
  }

  void add_bounds(Json& schema) {
    std::string low = random_.number();
    std::string high = random_.number();
    if (std::stod(low) > std::stod(high) && !random_.one_in(8)) std::swap(low, high);
    if (!random_.one_in(3)) add_bound(schema, "minimum", "exclusiveMinimum", std::move(low));
    if (!random_.one_in(3)) add_bound(schema, "maximum", "exclusiveMaximum", std::move(high));
  }

  void add_bound(Json& schema, const char* keyword, const char* exclusive, std::string bound) {
    schema.set(keyword, Json::literal(std::move(bound)));
    if (random_.one_in(3)) schema.set(exclusive, Json::boolean(!random_.one_in(4)));
  }

  void add_string_rules(Json& schema) {
    if (random_.has(kLength)) add_sizes(schema, "minLength", "maxLength");
    if (maybe(kPattern)) schema.set("pattern", Json::string(random_.pattern().pattern));
    if (maybe(kFormat)) schema.set("format", Json::string(random_.format().format));
  }

  void add_array_rules(Json& schema, unsigned depth) {
    if (random_.has(kItems)) add_sizes(schema, "minItems", "maxItems");
    if (maybe(kUniqueItems)) schema.set("uniqueItems", Json::boolean(!random_.one_in(4)));
    if (!random_.has(kItems) || random_.one_in(4)) return;
    if (random_.one_in(2)) return schema.set("items", inner(depth));
    Json tuple = Json::array();
    for (std::size_t left = 1 + random_.below(3); left != 0; --left) tuple.children.push_back(inner(depth));
    schema.set("items", std::move(tuple));
    if (random_.one_in(2)) schema.set("additionalItems", inner_or_flag(depth));
  }

  void add_object_rules(Json& schema, unsigned depth) {
    if (random_.has(kProperties)) {
      if (!random_.one_in(6)) schema.set("properties", named_schemas(depth));
      if (random_.one_in(2)) schema.set("required", names());
      if (random_.one_in(2)) schema.set("additionalProperties", inner_or_flag(depth));
      if (random_.one_in(3)) add_sizes(schema, "minProperties", "maxProperties");
    }
    if (random_.has(kPatternProperties) && random_.one_in(3)) {
      Json patterns = Json::object();
      for (std::size_t left = 1 + random_.below(2); left != 0; --left)
        patterns.set(random_.pattern().pattern, inner(depth));
      schema.set("patternProperties", std::move(patterns));
    }
    if (random_.has(kDependencies) && random_.one_in(4)) {
      Json dependencies = Json::object();
      // A dependency's schema is about the same value, not about one inside it.
      for (std::size_t left = 1 + random_.below(2); left != 0; --left)
        dependencies.set(random_.name(), random_.one_in(2) ? names() : this->schema(depth - 1));
      schema.set("dependencies", std::move(dependencies));
    }
  }

  void add_combination(Json& schema, unsigned depth) {
    if (random_.has(kNot) && random_.one_in(4)) return schema.set("not", this->schema(depth - 1));
    if (!random_.has(kCombinations)) return;
    constexpr const char* kCombinationKeywords[] = {"allOf", "anyOf", "oneOf"};
    Json branches = Json::array();
    for (std::size_t left = 1 + random_.below(3); left != 0; --left)
      branches.children.push_back(this->schema(depth - 1));
    schema.set(random_.pick(kCombinationKeywords), std::move(branches));
  }

  Json named_schemas(unsigned depth) {
    Json schemas = Json::object();
    for (std::size_t left = 1 + random_.below(4); left != 0; --left)
      schemas.set(random_.name(), inner(depth));
    return schemas;
  }

  Json inner_or_flag(unsigned depth) {
    return random_.one_in(3) ? inner(depth) : Json::boolean(random_.one_in(3));
  }

  Json names() {
    Json names = Json::array();
    for (std::size_t left = 1 + random_.below(3); left != 0; --left) {
      Json name = Json::string(random_.name());
      if (std::find(names.children.begin(), names.children.end(), name) == names.children.end())
        names.children.push_back(std::move(name));
    }
    return names;
  }

  // Not always both, and now and then at odds.
  void add_sizes(Json& schema, const char* low_keyword, const char* high_keyword) {
    const auto low = static_cast<long long>(random_.below(4));
    const auto more = static_cast<long long>(random_.below(4));
    if (random_.one_in(2)) schema.set(low_keyword, Json::number(low));
    if (random_.one_in(2)) schema.set(high_keyword, Json::number(random_.one_in(8) ? more : low + more));
  }

  static constexpr std::size_t kAnything = static_cast<std::size_t>(-1);

  RandomJson& random_;
  std::size_t definitions_ = 0;
  // The first definition that a reference from here may name; later ones only, so that none goes in a circle.
  std::size_t first_reachable_ = 0;
};

void collect_schemas(Json& schema, std::vector<Json*>& all);

void collect_children(Json& holder, std::vector<Json*>& all) {
  for (Json& child : holder.children)
    if (child.is_object()) collect_schemas(child, all);
}

void collect_schemas(Json& schema, std::vector<Json*>& all) {
  all.push_back(&schema);
  for (const char* const keyword :
       {"properties", "patternProperties", "dependencies", "definitions", "allOf", "anyOf", "oneOf"})
    if (Json* const held = schema.find(keyword); held != nullptr) collect_children(*held, all);
  for (const char* const keyword : {"items", "additionalItems", "additionalProperties", "not"})
    if (Json* const held = schema.find(keyword); held != nullptr) {
      if (held->is_object()) collect_schemas(*held, all);
      if (held->is_array()) collect_children(*held, all);
    }
}

class SchemaMutation {
 public:
  explicit SchemaMutation(RandomJson& random) : random_(random), maker_(random) {}

  void apply(Json& root) {
    std::vector<Json*> schemas;
    collect_schemas(root, schemas);
    Json& schema = *random_.pick(schemas);
    if (&schema != &root && (schema.find("$ref") != nullptr || random_.one_in(8))) {
      schema = maker_.schema(1);
    } else if (schema.children.empty() || random_.one_in(4)) {
      maker_.add_keywords(schema, 1);
    } else {
      change(schema, random_.below(schema.keys.size()));
    }
  }

 private:
  void change(Json& schema, std::size_t at) {
    const std::string keyword = schema.keys[at];
    Json& value = schema.children[at];
    if (keyword == "definitions") return;
    if (random_.one_in(3)) return erase(schema, at);
    if (keyword == "type") {
      if (!value.is_array()) value = Json::array({value});
      change_list(value, Json::string(random_.pick(kTypes)));
    } else if (keyword == "enum") {
      change_list(value, random_.value(1));
    } else if (keyword == "required") {
      change_list(value, Json::string(random_.name()));
    } else if (keyword == "minimum" || keyword == "maximum") {
      value = Json::literal(random_.number());
    } else if (value.is_number()) {
      move_count(value);
    } else if (value == Json::boolean(true) || value == Json::boolean(false)) {
      value = Json::boolean(value.text == "false");
    } else if (keyword == "properties" && value.children.size() > 1 && random_.one_in(2)) {
      value.erase(random_.below(value.children.size()));
    } else if (keyword == "properties") {
      value.set(random_.name(), maker_.schema(1));
    }
  }

  // A flag that says more of a bound is nothing without it.
  void erase(Json& schema, std::size_t at) {
    std::string flag = schema.keys[at] == "minimum" ? "exclusiveMinimum" : "";
    if (schema.keys[at] == "maximum") flag = "exclusiveMaximum";
    schema.erase(at);
    const auto found = std::find(schema.keys.begin(), schema.keys.end(), flag);
    if (found != schema.keys.end()) schema.erase(static_cast<std::size_t>(found - schema.keys.begin()));
  }

  void change_list(Json& list, Json more) {
    const bool known = std::find(list.children.begin(), list.children.end(), more) != list.children.end();
    if (list.children.size() > 1 && (known || random_.one_in(2)))
      list.erase(random_.below(list.children.size()));
    else if (!known)
      list.children.push_back(std::move(more));
  }

  // A count stays one, and a divisor stays above zero.
  void move_count(Json& value) {
    if (value.text.size() != 1) return;
    const int digit = value.text[0] - '0';
    value = Json::number(digit <= 1 || random_.one_in(2) ? digit + 1 : digit - 1);
  }

  RandomJson& random_;
  SchemaMaker maker_;
};

}  // namespace

Json random_schema(RandomJson& random) {
  return SchemaMaker(random).whole();
}

Json mutate_schema(RandomJson& random, const Json& schema) {
  Json changed = schema;
  SchemaMutation(random).apply(changed);
  return changed;
}

}  // namespace slipway::testing
