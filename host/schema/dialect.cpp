// The table of draft-04.
#include "schema/dialect.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace slipway::schema {

extern const std::string_view kDraft04Metaschema;

namespace {

constexpr std::array<Keyword, 36> kDraft04{{
    {"$schema", Holds::nothing, keyword::dialect_uri, true},
    {"id", Holds::nothing, keyword::identifier, true},
    {"title", Holds::nothing, keyword::text_annotation, true},
    {"description", Holds::nothing, keyword::text_annotation, true},
    {"default", Holds::nothing, keyword::default_value, true},
    {"definitions", Holds::named_schemas, keyword::definitions, true},
    {"type", Holds::nothing, keyword::type},
    {"enum", Holds::nothing, keyword::enumeration},
    {"allOf", Holds::schemas, keyword::all_of},
    {"anyOf", Holds::schemas, keyword::any_of},
    {"oneOf", Holds::schemas, keyword::one_of},
    {"not", Holds::schema, keyword::negation},
    {"minLength", Holds::nothing, keyword::min_length, false, "string"},
    {"maxLength", Holds::nothing, keyword::max_length, false, "string"},
    {"pattern", Holds::nothing, keyword::pattern, false, "string"},
    {"format", Holds::nothing, keyword::format, false, "string"},
    {"minimum", Holds::nothing, keyword::minimum, false, "number"},
    {"maximum", Holds::nothing, keyword::maximum, false, "number"},
    {"exclusiveMinimum", Holds::nothing, keyword::exclusive_minimum, false, "number"},
    {"exclusiveMaximum", Holds::nothing, keyword::exclusive_maximum, false, "number"},
    {"multipleOf", Holds::nothing, keyword::multiple_of, false, "number"},
    {"minItems", Holds::nothing, keyword::min_items, false, "array"},
    {"maxItems", Holds::nothing, keyword::max_items, false, "array"},
    {"uniqueItems", Holds::nothing, keyword::unique_items, false, "array"},
    {"items", Holds::schema_or_list, keyword::items, false, "array"},
    {"additionalItems", Holds::schema_or_flag, keyword::additional_items, false, "array"},
    {"minProperties", Holds::nothing, keyword::min_properties, false, "object"},
    {"maxProperties", Holds::nothing, keyword::max_properties, false, "object"},
    {"required", Holds::nothing, keyword::required, false, "object"},
    {"properties", Holds::named_schemas, keyword::properties, false, "object"},
    {"patternProperties", Holds::named_schemas, keyword::pattern_properties, false, "object"},
    {"additionalProperties", Holds::schema_or_flag, keyword::additional_properties, false, "object"},
    {"dependencies", Holds::schema_or_names, keyword::dependencies, false, "object"},
    {"$ref", Holds::nothing, nullptr, true},
    {"$comment", Holds::nothing, nullptr, true},
    {"x-sensitive", Holds::nothing, keyword::sensitive, true},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kNotDraft04{{
    {"const", "draft-06; write `enum` with one value"},
    {"contains", "draft-06"},
    {"propertyNames", "draft-06; `patternProperties` with `additionalProperties: false` says the same"},
    {"examples", "draft-06; write `x-examples`"},
    {"$id", "draft-06; write `id`"},
    {"if", "draft-07"},
    {"then", "draft-07"},
    {"else", "draft-07"},
    {"readOnly", "draft-07; write `x-readOnly`"},
    {"writeOnly", "draft-07; write `x-writeOnly`"},
    {"contentEncoding", "draft-07"},
    {"contentMediaType", "draft-07"},
    {"$defs", "draft 2019-09; write `definitions`"},
    {"$anchor", "draft 2019-09; write `id`"},
    {"$recursiveRef", "draft 2019-09"},
    {"$recursiveAnchor", "draft 2019-09"},
    {"$vocabulary", "draft 2019-09"},
    {"dependentRequired", "draft 2019-09; write `dependencies`"},
    {"dependentSchemas", "draft 2019-09; write `dependencies`"},
    {"unevaluatedItems", "draft 2019-09"},
    {"unevaluatedProperties", "draft 2019-09"},
    {"minContains", "draft 2019-09"},
    {"maxContains", "draft 2019-09"},
    {"deprecated", "draft 2019-09; write `x-deprecated`"},
    {"prefixItems", "draft 2020-12; write `items` with a list"},
    {"$dynamicRef", "draft 2020-12"},
    {"divisibleBy", "draft-03; write `multipleOf`"},
    {"nullable", "OpenAPI 3.0; write `type: [..., \"null\"]`"},
}};

const DialectTable kDraft04Table{
    "draft-04", "http://json-schema.org/draft-04/schema", kDraft04Metaschema, "id", kDraft04, kNotDraft04};

}  // namespace

const Keyword* DialectTable::find(std::string_view keyword) const {
  const auto at =
      std::find_if(keywords.begin(), keywords.end(), [&](const Keyword& k) { return k.name == keyword; });
  return at == keywords.end() ? nullptr : &*at;
}

const DialectTable& dialect_table(Dialect dialect) {
  switch (dialect) {
    case Dialect::draft04:
      break;
  }
  return kDraft04Table;
}

}  // namespace slipway::schema
