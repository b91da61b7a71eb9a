#include "schema/openapi_schemas.hpp"

#include <algorithm>

#include "document/copy.hpp"

namespace slipway::schema {
namespace {

bool is_true(document::Value schema, std::string_view keyword) {
  const slw_value* const value = schema.find(keyword);
  return value != nullptr && value->kind == SLW_TRUE;
}

// OpenAPI allows [A-Za-z0-9._-] in a component's name.
std::string component_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    name += plain ? c : '_';
  }
  return name;
}

// "identity" for ".../definitions/identity", and for a whole document its file's name without the ending.
std::string last_part(const Place& place, const References& references) {
  const std::string& name = references.document(place.document).name;
  const std::string& text = place.pointer.empty() ? name : place.pointer;
  std::string part = text.substr(text.find_last_of('/') + 1);
  if (place.pointer.empty()) part = part.substr(0, part.find('.'));
  return component_name(part);
}

}  // namespace

void OpenApiSchemas::add(std::string name, document::Value root, const CompileOptions& options) {
  Source& source = sources_.emplace_back(options);
  source.name = component_name(name);
  source.references.add_root(root, source.positions);
  name_of_.emplace(root.node(), source.name);
  taken_.insert(source.name);
  components_.push_back({source.name, root, &source});
}

void OpenApiSchemas::write(document::Builder& builder) {
  // Writing one adds those that it refers to.
  for (std::size_t i = 0; i < components_.size(); ++i) {
    const Component component = components_[i];
    Writer writer{builder, *component.source, dialect_table(component.source->options.dialect)};
    builder.key(component.name);
    write_schema(writer, component.schema);
  }
}

const std::string& OpenApiSchemas::component(Source& source, const Target& target) {
  const auto [at, added] = name_of_.try_emplace(target.schema);
  if (!added) return at->second;
  const std::string wanted = source.name + "." + last_part(target.place, source.references);
  std::string name = wanted;
  for (int number = 2; !taken_.insert(name).second; ++number) name = wanted + "-" + std::to_string(number);
  at->second = name;
  components_.push_back({name, document::Value(target.schema), &source});
  return at->second;
}

void OpenApiSchemas::write_schema(Writer& writer, document::Value schema) {
  writer.builder.begin_object();
  if (schema.find("$ref") != nullptr)
    write_reference(writer, schema);
  else
    for (std::uint32_t i = 0; i < schema.size(); ++i)
      write_keyword(writer, schema, schema.key(i), schema.member(i));
  writer.builder.end_object();
}

// In draft-04 nothing beside a reference has an effect, so only what never has one is kept.
void OpenApiSchemas::write_reference(Writer& writer, document::Value schema) {
  const std::string_view text = document::Value(schema.find("$ref")).text();
  if (const Result<Target> target = writer.source.references.resolve(text, schema.node())) {
    writer.builder.key("$ref");
    writer.builder.string(std::string(kPrefix) + component(writer.source, *target));
  }
  for (std::uint32_t i = 0; i < schema.size(); ++i) {
    const std::string_view name = schema.key(i);
    if (name != "title" && name != "description" && name != "default" && name != "$comment" &&
        !name.starts_with("x-"))
      continue;
    writer.builder.key(name);
    document::copy_value(schema.member(i), writer.builder);
  }
}

void OpenApiSchemas::write_keyword(Writer& writer, document::Value schema, std::string_view name,
                                   document::Value value) {
  // Said elsewhere: a component has its own name, and these are written with their neighbours.
  for (const std::string_view spoken :
       {"$schema", "id", "definitions", "exclusiveMinimum", "exclusiveMaximum", "additionalItems"})
    if (name == spoken) return;
  if (name == "minimum") return write_bound(writer, schema, name, "exclusiveMinimum", value);
  if (name == "maximum") return write_bound(writer, schema, name, "exclusiveMaximum", value);
  if (name == "items") return write_items(writer, schema, value);
  if (name == "dependencies") return write_dependencies(writer, value);
  writer.builder.key(name);
  write_value(writer, writer.dialect.find(name), value);
}

void OpenApiSchemas::write_bound(Writer& writer, document::Value schema, std::string_view name,
                                 std::string_view exclusive, document::Value value) {
  writer.builder.key(is_true(schema, exclusive) ? exclusive : name);
  document::copy_value(value, writer.builder);
}

void OpenApiSchemas::write_items(Writer& writer, document::Value schema, document::Value items) {
  if (items.is_object()) {
    writer.builder.key("items");
    return write_schema(writer, items);
  }
  if (items.size() != 0) {
    writer.builder.key("prefixItems");
    write_value(writer, writer.dialect.find("items"), items);
  }
  if (const slw_value* const rest = schema.find("additionalItems")) {
    writer.builder.key("items");
    write_value(writer, writer.dialect.find("additionalItems"), document::Value(rest));
  }
}

void OpenApiSchemas::write_dependencies(Writer& writer, document::Value dependencies) {
  for (const bool schemas : {false, true}) {
    bool begun = false;
    for (std::uint32_t i = 0; i < dependencies.size(); ++i) {
      const document::Value needed = dependencies.member(i);
      if (needed.is_object() != schemas) continue;
      if (!begun) {
        writer.builder.key(schemas ? "dependentSchemas" : "dependentRequired");
        writer.builder.begin_object();
        begun = true;
      }
      writer.builder.key(dependencies.key(i));
      if (schemas)
        write_schema(writer, needed);
      else
        document::copy_value(needed, writer.builder);
    }
    if (begun) writer.builder.end_object();
  }
}

// A keyword's value, with the schemas that are in it.
void OpenApiSchemas::write_value(Writer& writer, const Keyword* keyword, document::Value value) {
  const Holds holds = keyword == nullptr ? Holds::nothing : keyword->holds;
  if (holds == Holds::nothing) {
    document::copy_value(value, writer.builder);
  } else if (value.is_object() && holds == Holds::named_schemas) {
    writer.builder.begin_object();
    for (std::uint32_t i = 0; i < value.size(); ++i) {
      writer.builder.key(value.key(i));
      write_schema(writer, value.member(i));
    }
    writer.builder.end_object();
  } else if (value.is_object()) {
    write_schema(writer, value);
  } else if (value.is_array()) {
    writer.builder.begin_array();
    for (std::uint32_t i = 0; i < value.size(); ++i) write_schema(writer, value.element(i));
    writer.builder.end_array();
  } else {
    document::copy_value(value, writer.builder);
  }
}

}  // namespace slipway::schema
