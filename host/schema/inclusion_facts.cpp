#include "schema/inclusion_facts.hpp"

#include "schema/format_shape.hpp"

namespace slipway::schema {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 2 * kTwo63;
constexpr std::uint64_t kFirstUint = std::uint64_t{1} << 63;  // what is below is an int64

// The integers that only a double holds.
struct Tail {
  double low;
  double high;
  bool empty() const { return low > high; }
  bool within(const Bounds& bounds) const { return empty() || (low >= bounds.low && high <= bounds.high); }
};
Tail upper_tail(const Bounds& bounds) {
  return {std::max(bounds.low, kTwo64), bounds.high};
}
Tail lower_tail(const Bounds& bounds) {
  return {bounds.low, std::min(bounds.high, -kTwo63)};
}

bool no_int(const Bounds& bounds) {
  return bounds.int_low > bounds.int_high;
}
bool no_uint(const Bounds& bounds) {
  return std::max(bounds.uint_low, kFirstUint) > bounds.uint_high;
}

// Names that members with the names in `required` bring with them.
void close(const Versions& versions, const std::vector<Term>& objects, std::set<std::string_view>& required) {
  for (std::size_t before = 0; before != required.size();) {
    before = required.size();
    for (const Term term : objects) {
      const Program& program = versions.program(term);
      const Range dependencies = versions.object(term)->dependencies;
      for (std::uint32_t i = 0; i < dependencies.count; ++i) {
        const Dependency& dependency = program.dependencies[dependencies.first + i];
        if (!required.contains(program.names[dependency.name])) continue;
        for (std::uint32_t j = 0; j < dependency.required.count; ++j)
          required.insert(program.names[program.name_lists[dependency.required.first + j]]);
      }
    }
  }
}

// The most members that the object's list of them allows.
std::uint32_t most_declared(const ObjectRules& rules) {
  if (rules.additional != kNever || rules.patterns.count != 0) return kNone;
  std::uint32_t declared = 0;
  for (const Property& property : rules.properties)
    declared += property.node != PropertyTable::kUndeclared && property.node != kNever ? 1 : 0;
  return declared;
}

}  // namespace

TextFacts text_facts(const Versions& versions, const Terms& left) {
  TextFacts facts;
  for (const Term term : left) {
    const TextRules* const rules = versions.text(term);
    if (rules == nullptr) continue;
    facts.query.min_length = std::max<std::uint64_t>(facts.query.min_length, rules->min_length);
    if (rules->max_length != kNone)
      facts.query.max_length = std::min<std::uint64_t>(facts.query.max_length, rules->max_length);
    if (rules->pattern != kNone)
      facts.query.matching.push_back(&versions.program(term).patterns[rules->pattern]);
    if (rules->format == Format::none) continue;
    facts.formats.push_back(rules->format);
    facts.query.matching.push_back(format_shape(rules->format));
  }
  return facts;
}

NumberFacts number_facts(const Versions& versions, const Terms& left) {
  NumberFacts facts;
  for (const Term term : left) {
    const NumberRules* const rules = versions.number(term);
    if (rules == nullptr) continue;
    if (rules->has_minimum) facts.bounds.at_least(rules->minimum, rules->exclusive_minimum);
    if (rules->has_maximum) facts.bounds.at_most(rules->maximum, rules->exclusive_maximum);
    if (!rules->multiple_of.is_zero()) facts.multiples.push_back(rules->multiple_of);
  }
  return facts;
}

bool none_within(const Bounds& bounds, Form form) {
  if (form == Form::decimal) return bounds.low > bounds.high;
  return no_int(bounds) && no_uint(bounds) && upper_tail(bounds).empty() && lower_tail(bounds).empty();
}

bool contains(const Bounds& outer, const Bounds& inner, Form form) {
  if (form == Form::decimal)
    return inner.low > inner.high || (inner.low >= outer.low && inner.high <= outer.high);
  return (no_int(inner) || (inner.int_low >= outer.int_low && inner.int_high <= outer.int_high)) &&
         (no_uint(inner) ||
          (std::max(inner.uint_low, kFirstUint) >= outer.uint_low && inner.uint_high <= outer.uint_high)) &&
         upper_tail(inner).within(outer) && lower_tail(inner).within(outer);
}

ArrayFacts array_facts(const Versions& versions, const Terms& left) {
  ArrayFacts facts;
  for (const Term term : left) {
    const ArrayRules* const rules = versions.array(term);
    if (rules == nullptr) continue;
    facts.terms.push_back(term);
    facts.least = std::max(facts.least, rules->min_items);
    facts.most = std::min(facts.most, rules->max_items);
    facts.tuple = std::max(facts.tuple, rules->tuple.count);
    facts.unique = facts.unique || rules->unique;
  }
  return facts;
}

NodeId item_node(const Versions& versions, Term array, std::uint32_t index) {
  const ArrayRules& rules = *versions.array(array);
  return index < rules.tuple.count ? versions.program(array).children[rules.tuple.first + index] : rules.rest;
}

ObjectFacts object_facts(const Versions& versions, const Terms& left) {
  ObjectFacts facts;
  for (const Term term : left) {
    if (term.part == Term::Part::presence)
      facts.required.insert(versions.program(term).names[versions.dependency(term).name]);
    const ObjectRules* const rules = versions.object(term);
    if (rules == nullptr) continue;
    facts.terms.push_back(term);
    facts.least = std::max(facts.least, rules->min_properties);
    facts.most = std::min({facts.most, rules->max_properties, most_declared(*rules)});
    for (const Property& property : rules->properties)
      if (property.required != PropertyTable::kOptional)
        facts.required.insert(rules->properties.name(property));
  }
  close(versions, facts.terms, facts.required);
  facts.least = std::max(facts.least, static_cast<std::uint32_t>(facts.required.size()));
  return facts;
}

void assume_dependencies(const Versions& versions, Sequent& sequent) {
  for (std::size_t before = 0; before != sequent.left.size();) {
    before = sequent.left.size();
    const ObjectFacts facts = object_facts(versions, sequent.left);
    for (const Term term : facts.terms) {
      const Program& program = versions.program(term);
      const Range dependencies = versions.object(term)->dependencies;
      for (std::uint32_t i = 0; i < dependencies.count; ++i) {
        const Dependency& dependency = program.dependencies[dependencies.first + i];
        if (facts.required.contains(program.names[dependency.name]))
          versions.assume(sequent, versions.child(term, dependency.node));
      }
    }
  }
}

std::vector<Term> member_terms(const Versions& versions, Term object, std::string_view name) {
  const ObjectRules& rules = *versions.object(object);
  const Program& program = versions.program(object);
  std::vector<Term> terms;
  const Property* const property = rules.properties.find(name);
  if (property != nullptr && property->node != PropertyTable::kUndeclared)
    terms.push_back(versions.child(object, property->node));
  for (std::uint32_t i = 0; i < rules.patterns.count; ++i) {
    const PatternProperty& p = program.pattern_properties[rules.patterns.first + i];
    if (program.patterns[p.pattern].matches(name)) terms.push_back(versions.child(object, p.node));
  }
  if (terms.empty()) terms.push_back(versions.child(object, rules.additional));
  return terms;
}

bool declares(const Versions& versions, Term object, std::string_view name) {
  const Property* const property = versions.object(object)->properties.find(name);
  return property != nullptr && property->node != PropertyTable::kUndeclared;
}

Sequent item_of(const Versions& versions, const ArrayFacts& facts, std::uint32_t index) {
  Sequent item;
  for (const Term term : facts.terms)
    versions.assume(item, versions.child(term, item_node(versions, term, index)));
  return item;
}

Sequent member_of(const Versions& versions, const ObjectFacts& facts, std::string_view name) {
  Sequent member;
  for (const Term term : facts.terms)
    for (const Term schema : member_terms(versions, term, name)) versions.assume(member, schema);
  return member;
}

}  // namespace slipway::schema
