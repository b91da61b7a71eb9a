// What several schemas say of one value, taken together: for whoever looks for such a value.
#pragma once

#include <cstdint>
#include <vector>

#include "schema/program.hpp"

namespace slipway::schema {

struct Demand {
  explicit Demand(const Program& p) : program(&p) {}

  // Adds what `id` says, with its `allOf`. `anyOf` and `oneOf` become choices that are still to be made; of
  // `not`, and of the branches of a `oneOf` that are not chosen, nothing is known here: whoever finds a value
  // has it checked.
  void add(NodeId id);

  bool allows(unsigned kind) const { return (kinds & kind_bit(kind)) != 0; }
  // Whether `key` would be allowed and, if so, by which schemas its value must be accepted.
  bool member(std::string_view key, std::vector<NodeId>& schemas) const;
  // The schemas that item `index` must be accepted by.
  std::vector<NodeId> item(std::uint32_t index) const;
  // So many items may be there at most.
  std::uint32_t most_items() const;

  const Program* program;
  std::uint16_t kinds = kAllKinds & ~(kind_bit(SLW_BYTES) | kind_bit(SLW_TENSOR));  // what JSON text yields
  bool integral_only = false;

  Bounds bounds;
  std::vector<Decimal> divisors;  // `multipleOf`

  std::uint32_t min_length = 0;
  std::uint32_t max_length = kNone;
  std::vector<std::uint32_t> patterns;  // in Program::patterns
  std::vector<Format> formats;

  std::uint32_t min_items = 0;
  std::uint32_t max_items = kNone;
  bool unique = false;
  std::vector<const ArrayRules*> arrays;

  std::uint32_t min_properties = 0;
  std::uint32_t max_properties = kNone;
  std::vector<const ObjectRules*> objects;

  std::vector<const Enumeration*> enumerations;
  std::vector<document::Value> defaults;
  std::vector<Range> choices;  // in Program::children: one of each must be added
};

}  // namespace slipway::schema
