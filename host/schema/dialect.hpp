// What a draft of JSON Schema says, as a table: its keywords, what each holds, and who compiles it. Another
// draft is another table; neither the compiler's core nor the validator knows a keyword by name.
#pragma once

#include <span>
#include <string_view>

#include "schema/compile.hpp"

namespace slipway::schema {

class Compiler;
struct NodeDraft;

// Where schemas are inside a keyword's value.
enum class Holds : std::uint8_t {
  nothing,
  schema,
  schemas,          // an array of them
  named_schemas,    // a mapping from names to them
  schema_or_list,   // one, or an array
  schema_or_flag,   // one, or a boolean
  schema_or_names,  // a mapping from names to them or to arrays of strings
};

struct Keyword {
  std::string_view name;
  Holds holds = Holds::nothing;
  void (*compile)(Compiler&, NodeDraft&, document::Value) = nullptr;  // null: an annotation, of no effect
  bool beside_reference = false;  // may stand beside $ref, whose other neighbours are ignored
  std::string_view kinds = {};  // of the values it says something about, as `type` names them; empty for all
};

struct DialectTable {
  std::string_view name;
  std::string_view uri;         // its meta-schema's, without a fragment
  std::string_view metaschema;  // JSON
  std::string_view id;          // the keyword that names a schema
  std::span<const Keyword> keywords;
  // Keywords of other drafts, for a better message: pairs of a keyword and where it belongs.
  std::span<const std::pair<std::string_view, std::string_view>> foreign;

  const Keyword* find(std::string_view keyword) const;
};

const DialectTable& dialect_table(Dialect dialect);

// Compilers of single keywords; keyword_*.cpp.
namespace keyword {
using Compile = void(Compiler&, NodeDraft&, document::Value);
Compile type, enumeration, all_of, any_of, one_of, negation, definitions, identifier, dialect_uri, format,
    sensitive;
Compile min_length, max_length, pattern;
Compile minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;
Compile min_items, max_items, unique_items, items, additional_items;
Compile min_properties, max_properties, required, properties, pattern_properties, additional_properties,
    dependencies;
Compile text_annotation, default_value;
}  // namespace keyword

}  // namespace slipway::schema
