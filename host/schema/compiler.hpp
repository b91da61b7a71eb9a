// The compiler's core: walks schemas, collects mistakes, and gives the compilers of keywords what they share.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/compile.hpp"
#include "schema/dialect.hpp"
#include "schema/program.hpp"
#include "schema/references.hpp"

namespace slipway::schema {

// One schema while its keywords are compiled; then it becomes a Node and the sections that it needs.
struct NodeDraft {
  document::Value schema;
  Place& place;  // of the schema
  NodeId id;
  Node node{};
  TextRules text{};
  NumberRules number{};
  ArrayRules array{};
  ObjectRules object{};
  Logic logic{};
  bool has_text = false;
  bool has_number = false;
  bool has_array = false;
  bool has_object = false;
  bool has_logic = false;
};

// Errors or warnings: bounded, each once.
class Diagnostics {
 public:
  explicit Diagnostics(std::size_t most) : most_(most) {}

  void add(const References::SchemaDocument& document, std::uint32_t index, std::string pointer, bool of_key,
           std::string message);
  bool empty() const { return entries_.empty(); }
  bool full() const { return entries_.size() > most_; }
  // In the order of the source.
  std::vector<Diagnostic> take();

 private:
  struct Entry {
    std::uint32_t document;
    document::SourceMap::Position at;
    Diagnostic diagnostic;
  };
  std::size_t most_;
  std::vector<Entry> entries_;
};

class Compiler {
 public:
  explicit Compiler(const CompileOptions& options);
  Compilation compile(document::Value root, const document::SourceMap& source);

  bool strict() const { return options_.strict; }
  const CompileOptions& options() const { return options_; }
  const DialectTable& dialect() const { return dialect_; }
  Program& program() { return *program_; }

  // About the keyword's value, or about what is at `path` (a pointer) within the schema.
  void error(const NodeDraft& draft, std::string_view path, std::string message) {
    report(errors_, draft.place, path, false, std::move(message));
  }
  void error_at_key(const NodeDraft& draft, std::string_view path, std::string message) {
    report(errors_, draft.place, path, true, std::move(message));
  }
  void warn(const NodeDraft& draft, std::string_view path, std::string message) {
    report(warnings_, draft.place, path, false, std::move(message));
  }
  void report(Diagnostics& to, const Place& place, std::string_view path, bool of_key, std::string message);

  // The node of the schema at `path` within the draft's. In place: it is about the same value as the draft
  // itself.
  NodeId child(NodeDraft& draft, document::Value schema, std::string_view path, bool in_place);

  // Index in Program::patterns; kNone after an error.
  std::uint32_t pattern(NodeDraft& draft, std::string_view source, std::string_view path, bool of_key);
  std::uint32_t name(std::string_view text);
  // Index in Program::enumerations of the elements of `values`.
  std::uint32_t enumeration(document::Value values);
  // Index in the program's document of literals.
  std::uint32_t literal(document::Value value);

 private:
  struct Edge {
    NodeId from;
    NodeId to;
    Place place;  // of the $ref
  };

  NodeId schema(document::Value value, Place& place, std::uint32_t parent_location, std::string_view path);
  NodeId reference(document::Value value, Place& place);
  NodeId wrap_sensitive(NodeId target, std::uint32_t location);
  NodeId node_for(const slw_value* schema);
  void compile_node(document::Value value, Place& place, NodeId id, std::uint32_t location);
  void compile_keywords(NodeDraft& draft);
  void unknown_keyword(const NodeDraft& draft, std::string_view keyword);
  void check_neighbours(NodeDraft& draft);
  void commit(NodeDraft& draft);
  void compile_pending();
  std::uint32_t location(std::uint32_t parent, std::string_view text);
  std::uint32_t document_location(std::uint32_t document);
  void make_literals();
  void check_chains();

  const CompileOptions& options_;
  const DialectTable& dialect_;
  Diagnostics errors_;
  Diagnostics warnings_;
  References references_;
  std::unique_ptr<Program> program_;
  std::unordered_map<const slw_value*, NodeId> node_of_;
  std::vector<bool> compiled_;  // by node
  std::vector<Target> pending_;
  std::vector<Edge> in_place_references_;
  std::unordered_map<std::uint32_t, std::uint32_t> document_locations_;
  std::unordered_map<std::string, std::uint32_t> pattern_of_;
  std::unordered_map<std::string, std::uint32_t> name_of_;
  std::vector<document::Value> literals_;
  std::size_t pattern_cost_ = 0;
};

// Mistakes that only the whole of a schema shows: bounds that contradict each other, members that are
// required but not allowed. For strict compilation.
void check_contradictions(Compiler& compiler, NodeDraft& draft);

}  // namespace slipway::schema
