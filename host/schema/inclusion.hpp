// Whether every document that one schema accepts is accepted by another: a search for a proof. It never says
// yes without one; a no means that none was found.
//
// Statements are sequents (schema/inclusion_terms.hpp) about values of one form. What a term on the right
// asks is taken apart until only rules about that form are left; these are compared with what the left side
// knows, and about members and items they lead to sequents of their own. A sequent that is met again within
// its own proof, further inside the value, holds there by induction over the value's depth: so recursive
// schemas come to an end.
//
// All of it is about documents as JSON. Where a bound of a validator (docs/schema.md) would refuse a
// document, it counts as one that the schema accepts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/inclusion_facts.hpp"
#include "schema/inclusion_literals.hpp"
#include "schema/inclusion_terms.hpp"

namespace slipway::schema {

// One of the things that a schema asks; mostly a keyword's name.
enum class Facet : std::uint8_t {
  type,   // `index` are the forms that are not allowed
  value,  // one of the few that there are, as JSON in `name`
  enumeration,
  min_length,
  max_length,
  pattern,
  format,
  minimum,
  maximum,
  multiple_of,
  min_items,
  max_items,
  unique_items,
  item,  // of the list of items; `index`
  rest,  // all items behind it
  min_properties,
  max_properties,
  required,          // `name`
  member,            // called `name`
  dependency,        // `index` in Program::dependencies; `name` is the member it wants
  dependent_schema,  // `index` in Program::dependencies
  any_of,            // `index` are the forms that no alternative is about, if that is what is amiss
  one_of,            // the same
  negation,
};

struct Duty {
  Facet facet;
  std::uint32_t index = 0;
  std::string name = {};
  // Of a member: that no schema declares it, and it stands for all such that the patterns treat alike. The
  // name is empty where none is known.
  bool any_name = false;
  std::string text = {};  // a string, or a value, that does not meet the duty, where one was found
};

// Takes the duties of one term, one after the other. Each function returns whether there should be more.
class Duties {
 public:
  virtual ~Duties() = default;
  // A duty that is or is not known to be met.
  virtual bool settle(const Duty& duty, bool met) = 0;
  // One that is met when `known` implies `wanted`, about the member or item that the duty is about.
  virtual bool descend(const Duty& duty, const Sequent& known, Term wanted) = 0;
};

class Inclusion {
 public:
  static constexpr std::uint64_t kMostSteps = 500'000;
  static constexpr std::uint32_t kMostDepth = 600;  // sequents inside each other: what a stack can take

  Inclusion(const Versions& versions, PatternSearch& texts)
      : versions_(versions), texts_(texts), judge_(versions) {}

  bool holds(const Sequent& sequent);
  bool holds(Sequent sequent, Form form);
  bool holds_with(Sequent known, Term wanted);  // `wanted` among the right
  bool holds_with(Sequent known, Term wanted, Form form);
  // True when a bound was passed: from then on the answer to everything is no.
  bool exhausted() const { return steps_ > kMostSteps; }

  // What the rules of `wanted` ask of values of that form, about which `known` is known.
  bool for_each_duty(const Sequent& known, Term wanted, Form form, Duties& duties);

 private:
  class AllMet;
  enum class State : std::uint8_t { open, proven, failed };
  struct Entry {
    State state = State::open;
    std::uint32_t level = 0;  // how deep in the value, where it is open
  };

  bool simplify(Sequent& sequent, Form form) const;
  bool prove(const Sequent& sequent, Form form);
  bool take_apart(const Sequent& sequent, Form form, Term wanted);
  bool meets_rules(const Sequent& sequent, Form form);
  bool try_each(const std::vector<std::string>& values, const Sequent& sequent, Form form);
  bool is_empty(const Sequent& sequent, Form form);

  bool text_duties(const Sequent& known, Term wanted, Duties& duties);
  bool number_duties(const Sequent& known, Term wanted, Form form, Duties& duties);
  bool array_duties(const Sequent& known, Term wanted, Duties& duties);
  bool object_duties(const Sequent& known, Term wanted, Duties& duties);
  bool member_duties(const ObjectFacts& facts, Term wanted, Duties& duties);
  bool dependency_duties(const Sequent& known, const ObjectFacts& facts, Term wanted, Duties& duties);
  bool cannot_have(const ObjectFacts& facts, std::string_view name);
  std::uint32_t most_items(const ArrayFacts& facts, std::uint32_t tuple);

  const Versions& versions_;
  PatternSearch& texts_;
  Judge judge_;
  std::unordered_map<std::string, Entry> entries_;
  std::vector<const std::string*> proven_;  // keys, in the order they were found
  std::uint64_t steps_ = 0;
  std::uint32_t depth_ = 0;
  std::uint32_t level_ = 0;
};

}  // namespace slipway::schema
