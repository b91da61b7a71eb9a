// Schemas as OpenAPI 3.1 has them: JSON Schema 2020-12, with every schema that is referred to among the
// components of the one document.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "document/builder.hpp"
#include "schema/references.hpp"

namespace slipway::schema {

// Not translated, because 2020-12 has no word for it: to draft-04, 1.0 is no integer.
class OpenApiSchemas {
 public:
  // Adds a schema that has been compiled with `options`. It becomes the component `name`, and what it refers
  // to, in its own document or another, `name.X`. `root` and what the resolver finds must live until write().
  void add(std::string name, document::Value root, const CompileOptions& options);

  // Gives `builder` a member for each component.
  void write(document::Builder& builder);

  static constexpr std::string_view kPrefix = "#/components/schemas/";

 private:
  // A schema file as it was added, and what resolves its references.
  struct Source {
    explicit Source(const CompileOptions& with)
        : options(with),
          references(dialect_table(with.dialect), options, [](const Place&, const std::string&) {}) {}
    CompileOptions options;
    document::SourceMap positions;
    References references;
    std::string name;  // of its root's component
  };
  struct Component {
    std::string name;
    document::Value schema;
    Source* source;
  };
  // What is being written.
  struct Writer {
    document::Builder& builder;
    Source& source;
    const DialectTable& dialect;
  };

  const std::string& component(Source& source, const Target& target);
  void write_schema(Writer& writer, document::Value schema);
  void write_reference(Writer& writer, document::Value schema);
  void write_keyword(Writer& writer, document::Value schema, std::string_view name, document::Value value);
  void write_items(Writer& writer, document::Value schema, document::Value items);
  void write_bound(Writer& writer, document::Value schema, std::string_view name, std::string_view exclusive,
                   document::Value value);
  void write_dependencies(Writer& writer, document::Value dependencies);
  void write_value(Writer& writer, const Keyword* keyword, document::Value value);

  std::deque<Source> sources_;
  std::vector<Component> components_;
  std::unordered_map<const slw_value*, std::string> name_of_;
  std::unordered_set<std::string> taken_;
};

}  // namespace slipway::schema
