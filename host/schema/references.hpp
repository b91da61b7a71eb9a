// Where `$ref` leads: the documents of one compilation, the names that `id` gives to schemas in them, and the
// pointers into them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/compile.hpp"
#include "schema/dialect.hpp"

namespace slipway::schema {

struct Place {
  std::uint32_t document = 0;  // index in References
  std::string pointer;
};

struct Target {
  const slw_value* schema;
  Place place;
};

class References {
 public:
  struct SchemaDocument {
    document::Value root;
    const document::SourceMap* source;
    std::string name;  // its URI; empty for the schema that is compiled
  };
  using Report = std::function<void(const Place&, std::string)>;

  // `report` is told of every mistake in an `id`, and of nesting that is too deep.
  References(const DialectTable& dialect, const CompileOptions& options, Report report)
      : dialect_(dialect),
        options_(options),
        report_(std::move(report)),
        metaschema_source_(std::string(dialect.uri)) {}

  // The schema that is compiled; first, and once. False if it cannot be walked.
  bool add_root(document::Value root, const document::SourceMap& source);

  // Where `reference`, written in the schema `from`, leads to. The error says why it leads nowhere.
  Result<Target> resolve(std::string_view reference, const slw_value* from);

  const SchemaDocument& document(std::uint32_t index) const { return documents_[index]; }

 private:
  bool add(document::Value root, const document::SourceMap& source, std::string uri, std::string name);
  bool scan(document::Value schema, Place& place, std::uint32_t base, std::uint32_t depth);
  std::uint32_t intern(std::string uri);
  void name(const std::string& uri, document::Value schema, const Place& place);
  const Target* find_document(const std::string& uri, Error& error);
  Result<Target> follow(const Target& root, std::string_view pointer);

  const DialectTable& dialect_;
  const CompileOptions& options_;
  Report report_;
  std::vector<SchemaDocument> documents_;
  std::vector<std::string> bases_;
  std::unordered_map<const slw_value*, std::uint32_t> base_of_;  // of each schema that was walked
  std::unordered_map<std::string, Target> named_;         // by absolute URI, with a fragment or without
  std::unordered_map<std::string, std::string> missing_;  // what the resolver refused, and why
  document::Document metaschema_;
  document::SourceMap metaschema_source_;
  std::size_t subschemas_ = 0;
  std::size_t fetched_ = 0;
};

}  // namespace slipway::schema
