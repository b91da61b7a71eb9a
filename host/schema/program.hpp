// The compiled form of a schema: one flat table for each kind of rule, and nodes that refer to them by index.
// Read-only once it is made, so any number of threads may walk it.
#pragma once

#include <slipway/value.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "document/document.hpp"
#include "schema/format.hpp"
#include "schema/number.hpp"
#include "schema/pattern.hpp"
#include "schema/property_table.hpp"

namespace slipway::schema {

using NodeId = std::uint32_t;
constexpr NodeId kAny = 0;    // accepts everything
constexpr NodeId kNever = 1;  // accepts nothing
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// A run of entries in one of the program's tables.
struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

constexpr std::uint16_t kind_bit(unsigned kind) {
  return static_cast<std::uint16_t>(1u << kind);
}
constexpr std::uint16_t kAllKinds = (1u << (SLW_TENSOR + 1)) - 1;
constexpr std::uint16_t kNumberKinds = kind_bit(SLW_INT64) | kind_bit(SLW_UINT64) | kind_bit(SLW_FLOAT64);

// One schema. The kinds are looked at first; then the one section that is about the value's kind, if there is
// one; then what is said about values of every kind.
struct Node {
  std::uint16_t kinds = kAllKinds;  // a bit for each slw_kind that is allowed
  bool integral_only = false;       // of doubles, only those that were written as integers
  bool sensitive = false;           // x-sensitive
  bool shared = false;              // reached in more than one way: worth remembering what it said of a value
  std::uint32_t text = kNone;       // index in Program::texts
  std::uint32_t number = kNone;     // ... numbers
  std::uint32_t array = kNone;      // ... arrays
  std::uint32_t object = kNone;     // ... objects
  std::uint32_t logic = kNone;      // ... logics
  std::uint32_t location = 0;       // ... locations
};

struct TextRules {
  std::uint32_t min_length = 0;  // characters
  std::uint32_t max_length = kNone;
  std::uint32_t pattern = kNone;
  Format format = Format::none;
};

struct NumberRules {
  Bounds bounds;
  Decimal multiple_of;  // zero: none
  bool has_minimum = false;
  bool has_maximum = false;
  bool exclusive_minimum = false;
  bool exclusive_maximum = false;
  slw_value minimum{};  // as written, for messages and for comparing schemas
  slw_value maximum{};
};

struct ArrayRules {
  std::uint32_t min_items = 0;
  std::uint32_t max_items = kNone;
  Range tuple;         // in Program::children: the schemas of the first items
  NodeId rest = kAny;  // of all other items
  bool unique = false;
  bool rest_is_additional = false;  // `rest` was written as additionalItems
  bool rest_is_plain =
      false;  // `rest` says nothing but which kinds and bounds of numbers: a packed array is one loop
};

struct PatternProperty {
  std::uint32_t pattern;
  NodeId node;
};

// `dependencies`: when `name` is there, so must be `required`, and `node` (or kAny) must accept the object.
struct Dependency {
  std::uint32_t name;  // in Program::names
  Range required;      // in Program::name_lists
  NodeId node = kAny;
};

struct ObjectRules {
  std::uint32_t min_properties = 0;
  std::uint32_t max_properties = kNone;
  std::uint32_t required = 0;  // how many of the properties are required
  PropertyTable properties;    // declared or required
  Range patterns;              // in Program::pattern_properties
  Range dependencies;          // in Program::dependencies
  NodeId additional = kAny;    // of members that neither `properties` nor `patternProperties` speaks of
};

struct Logic {
  std::uint32_t enumeration = kNone;  // in Program::enumerations
  Range all_of;                       // in Program::children
  Range any_of;
  Range one_of;
  NodeId negated = kNone;
};

// The values of one `enum` are element `literals` of the document of literals.
struct Enumeration {
  std::uint32_t literals;
  Range hashes;  // in Program::literal_hashes, sorted
};

struct LiteralHash {
  std::uint64_t hash;
  std::uint32_t element;
};

// The `default` of a schema: an element of the document of literals. It constrains nothing.
struct Default {
  NodeId node;
  std::uint32_t literal;
};

// Where a node was written: its parent's location and the tokens that lead from there, or a document's name.
struct Location {
  std::uint32_t parent = kNone;
  std::string text;
};

struct Program {
  std::vector<Node> nodes;
  std::vector<TextRules> texts;
  std::vector<NumberRules> numbers;
  std::vector<ArrayRules> arrays;
  std::vector<ObjectRules> objects;
  std::vector<Logic> logics;
  std::vector<NodeId> children;
  std::vector<PatternProperty> pattern_properties;
  std::vector<Dependency> dependencies;
  std::vector<std::string> names;
  std::vector<std::uint32_t> name_lists;
  std::vector<Pattern> patterns;
  std::vector<Enumeration> enumerations;
  std::vector<LiteralHash> literal_hashes;
  std::vector<Default> defaults;  // by node
  document::Document literals;
  std::vector<Location> locations;

  NodeId root = kAny;
  // Whether one value can be checked against one node in several ways, so that the work may multiply.
  bool multiplies = false;
  std::uint32_t weight = 1;  // at most so many nodes look at one value, unless nodes are shared; saturates
  std::uint64_t steps = 0;   // CompileLimits::steps

  document::Value literal_list(const Enumeration& e) const { return literals.root().element(e.literals); }
  const Default* default_of(NodeId node) const;        // null where there is none
  std::string schema_pointer(const Node& node) const;  // of the schema that the node was made from
};

// Calls visit(child, in_place) for each node that `node` refers to.
template <class Visit>
void for_each_child(const Program& program, const Node& node, Visit&& visit) {
  const auto each = [&](Range range, bool in_place) {
    for (std::uint32_t i = 0; i < range.count; ++i) visit(program.children[range.first + i], in_place);
  };
  if (node.logic != kNone) {
    const Logic& logic = program.logics[node.logic];
    each(logic.all_of, true);
    each(logic.any_of, true);
    each(logic.one_of, true);
    if (logic.negated != kNone) visit(logic.negated, true);
  }
  if (node.array != kNone) {
    each(program.arrays[node.array].tuple, false);
    visit(program.arrays[node.array].rest, false);
  }
  if (node.object == kNone) return;
  const ObjectRules& object = program.objects[node.object];
  for (const Property& property : object.properties)
    if (property.node != PropertyTable::kUndeclared) visit(property.node, false);
  for (std::uint32_t i = 0; i < object.patterns.count; ++i)
    visit(program.pattern_properties[object.patterns.first + i].node, false);
  visit(object.additional, false);
  for (std::uint32_t i = 0; i < object.dependencies.count; ++i)
    visit(program.dependencies[object.dependencies.first + i].node, true);
}

// Fills in what follows from the rest: what is shared, what multiplies, which arrays are plain.
void finish_program(Program& program);

}  // namespace slipway::schema
