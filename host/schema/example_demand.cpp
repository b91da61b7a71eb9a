#include "schema/example_demand.hpp"

#include <algorithm>

namespace slipway::schema {
namespace {

void add_text(Demand& demand, const TextRules& rules) {
  demand.min_length = std::max(demand.min_length, rules.min_length);
  demand.max_length = std::min(demand.max_length, rules.max_length);
  if (rules.pattern != kNone) demand.patterns.push_back(rules.pattern);
  if (rules.format != Format::none) demand.formats.push_back(rules.format);
}

void add_number(Demand& demand, const NumberRules& rules) {
  demand.bounds.narrow(rules.bounds);
  if (!rules.multiple_of.is_zero()) demand.divisors.push_back(rules.multiple_of);
}

void add_array(Demand& demand, const ArrayRules& rules) {
  demand.min_items = std::max(demand.min_items, rules.min_items);
  demand.max_items = std::min(demand.max_items, rules.max_items);
  demand.unique = demand.unique || rules.unique;
  demand.arrays.push_back(&rules);
}

void add_object(Demand& demand, const ObjectRules& rules) {
  demand.min_properties = std::max(demand.min_properties, rules.min_properties);
  demand.max_properties = std::min(demand.max_properties, rules.max_properties);
  demand.objects.push_back(&rules);
}

void add_logic(Demand& demand, const Logic& logic) {
  const Program& program = *demand.program;
  if (logic.enumeration != kNone) demand.enumerations.push_back(&program.enumerations[logic.enumeration]);
  for (std::uint32_t i = 0; i < logic.all_of.count; ++i) demand.add(program.children[logic.all_of.first + i]);
  if (logic.any_of.count != 0) demand.choices.push_back(logic.any_of);
  if (logic.one_of.count != 0) demand.choices.push_back(logic.one_of);
}

}  // namespace

void Demand::add(NodeId id) {
  const Node& node = program->nodes[id];
  kinds &= node.kinds;
  integral_only = integral_only || node.integral_only;
  if (node.text != kNone) add_text(*this, program->texts[node.text]);
  if (node.number != kNone) add_number(*this, program->numbers[node.number]);
  if (node.array != kNone) add_array(*this, program->arrays[node.array]);
  if (node.object != kNone) add_object(*this, program->objects[node.object]);
  if (node.logic != kNone) add_logic(*this, program->logics[node.logic]);
  if (const Default* const entry = program->default_of(id))
    defaults.push_back(program->literals.root().element(entry->literal));
}

bool Demand::member(std::string_view key, std::vector<NodeId>& schemas) const {
  for (const ObjectRules* const rules : objects) {
    bool spoken_of = false;
    const Property* const property = rules->properties.find(key);
    if (property != nullptr && property->node != PropertyTable::kUndeclared) {
      schemas.push_back(property->node);
      spoken_of = true;
    }
    for (std::uint32_t i = 0; i < rules->patterns.count; ++i) {
      const PatternProperty& p = program->pattern_properties[rules->patterns.first + i];
      if (!program->patterns[p.pattern].matches(key)) continue;
      schemas.push_back(p.node);
      spoken_of = true;
    }
    if (!spoken_of && rules->additional != kAny) schemas.push_back(rules->additional);
  }
  return std::find(schemas.begin(), schemas.end(), kNever) == schemas.end();
}

std::vector<NodeId> Demand::item(std::uint32_t index) const {
  std::vector<NodeId> schemas;
  for (const ArrayRules* const rules : arrays)
    schemas.push_back(index < rules->tuple.count ? program->children[rules->tuple.first + index]
                                                 : rules->rest);
  return schemas;
}

std::uint32_t Demand::most_items() const {
  std::uint32_t most = max_items;
  for (const ArrayRules* const rules : arrays)
    if (rules->rest == kNever) most = std::min(most, rules->tuple.count);
  return most;
}

}  // namespace slipway::schema
