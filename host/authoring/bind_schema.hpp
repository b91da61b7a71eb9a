// From a compiled schema to C++ types. docs/bind.md has the mapping.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "authoring/bind_keywords.hpp"
#include "authoring/bind_types.hpp"
#include "model/schema_file.hpp"
#include "schema/references.hpp"

namespace slipway::authoring {

// Reads one schema file, which has been compiled without errors and must outlive this object.
class SchemaTypes {
 public:
  // Types are added to `types`; one that has the name of another there already gets a longer one.
  SchemaTypes(const model::SchemaFile& file, Side side, Types& types);

  // The type of a whole document. A structure or an enumeration is called `name`.
  Type root(const std::string& name);

 private:
  // A schema with all that it includes by `$ref` and `allOf`; a value must satisfy each of them.
  struct Facts {
    Schemas parts;
    std::string reference;  // what the first `$ref` calls it; empty: it stands here
  };
  // What a type that is found below is called by.
  struct Place {
    std::string name;       // of the property, or of what the items are
    std::string enclosing;  // the type around it; empty at the root
    int depth = 0;
  };

  Facts facts_of(const Schemas& schemas);
  void add_facts(document::Value schema, Facts& facts);
  document::Value follow(document::Value schema, std::string* reference);
  Type type_of(const Facts& facts, const Place& place);
  Type element_of(const Facts& facts, const Place& place);
  std::string enumeration_of(const Facts& facts, std::vector<std::string> texts, const Place& place,
                             bool nullable);
  std::string structure_of(const Facts& facts, const Place& place, bool nullable);
  std::vector<Field> fields_of(const Facts& facts, const std::string& enclosing, int depth);
  Field field_of(const std::string& key, const Schemas& schemas, const Place& place);
  std::string initial_of(document::Value value, const Type& type) const;
  bool is_structure(const Facts& facts);
  bool declare_members(document::Value alternatives);
  std::string wanted_name(const Facts& facts, const Place& place, bool nullable) const;
  std::string take_name(std::string wanted, const Place& place);

  model::ReferredFiles files_;
  document::SourceMap no_positions_;
  schema::CompileOptions options_;
  schema::References references_;
  document::Value root_;
  Side side_;
  Types& types_;
  std::map<std::vector<const slw_value*>, std::string> known_;  // structures, by their parts
  std::set<std::string> incomplete_;
};

}  // namespace slipway::authoring
