// What the terms on the left say together about values of one kind.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "schema/inclusion_terms.hpp"
#include "schema/pattern_search.hpp"

namespace slipway::schema {

struct TextFacts {
  TextQuery query;  // what the text is known to satisfy
  std::vector<Format> formats;
};
TextFacts text_facts(const Versions& versions, const Terms& left);

struct NumberFacts {
  Bounds bounds;
  std::vector<Decimal> multiples;  // of all of these it is one
};
NumberFacts number_facts(const Versions& versions, const Terms& left);

// Of Form::integer and Form::decimal: whether no number of that form is within bounds, or whether all that
// are within one pair of bounds are within another.
bool none_within(const Bounds& bounds, Form form);
bool contains(const Bounds& outer, const Bounds& inner, Form form);

struct ArrayFacts {
  std::vector<Term> terms;
  std::uint32_t least = 0;
  std::uint32_t most = kNone;  // by maxItems alone
  std::uint32_t tuple = 0;     // from here on all items are described alike
  bool unique = false;
};
ArrayFacts array_facts(const Versions& versions, const Terms& left);
NodeId item_node(const Versions& versions, Term array, std::uint32_t index);

struct ObjectFacts {
  std::vector<Term> terms;
  std::set<std::string_view> required;  // also through dependencies on what is required
  std::uint32_t least = 0;
  std::uint32_t most = kNone;

  // False where all members that there can be are others, which are required.
  bool have_room_for(std::string_view name) const {
    return required.size() < most || required.contains(name);
  }
};
ObjectFacts object_facts(const Versions& versions, const Terms& left);
// Adds what dependencies ask of objects that have the members that are required.
void assume_dependencies(const Versions& versions, Sequent& sequent);

// The schemas of a member with that name.
std::vector<Term> member_terms(const Versions& versions, Term object, std::string_view name);
bool declares(const Versions& versions, Term object, std::string_view name);  // in `properties`

// What is known of an item, and of a member.
Sequent item_of(const Versions& versions, const ArrayFacts& facts, std::uint32_t index);
Sequent member_of(const Versions& versions, const ObjectFacts& facts, std::string_view name);

}  // namespace slipway::schema
