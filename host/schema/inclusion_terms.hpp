// What inclusion (schema/inclusion.hpp) reasons about: the nodes of two programs, and statements about them.
#pragma once

#include <slipway/value.h>

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/program.hpp"

namespace slipway::schema {

// JSON's values as far as schemas tell them apart. A decimal is a number that was not written as an integer,
// such as 1.5, 1.0 and 1e2. Bytes and tensors are not here: as JSON, they are strings and arrays.
enum class Form : std::uint8_t { null, no, yes, integer, decimal, text, array, object };
using Forms = std::uint8_t;  // a bit for each
inline constexpr std::array kEveryForm{Form::null,    Form::no,   Form::yes,   Form::integer,
                                       Form::decimal, Form::text, Form::array, Form::object};
constexpr Forms kAllForms = 0xFF;

constexpr Forms bit(Form form) {
  return static_cast<Forms>(1u << static_cast<unsigned>(form));
}
constexpr bool has(Forms forms, Form form) {
  return (forms & bit(form)) != 0;
}

enum class Side : std::uint8_t { a, b };

// One statement about a value.
struct Term {
  enum class Part : std::uint8_t {
    whole,        // the node accepts it
    rules,        // what the node says about values of its kind holds
    enumeration,  // it is one of the node's `enum`
    presence,     // it is an object with the member that triggers dependency `index`
  };
  Part part = Part::whole;
  Side side = Side::a;
  std::uint32_t index = kAny;  // of the node, in its side's program

  auto operator<=>(const Term&) const = default;
};

// A set of them, in order.
class Terms {
 public:
  bool has(Term term) const { return std::binary_search(terms_.begin(), terms_.end(), term); }
  bool add(Term term);  // whether it is new
  void remove(Term term);
  bool empty() const { return terms_.empty(); }
  std::size_t size() const { return terms_.size(); }
  auto begin() const { return terms_.begin(); }
  auto end() const { return terms_.end(); }
  std::string key() const;  // different for different sets

 private:
  std::vector<Term> terms_;
};

// "Every value for which all of `left` hold is one for which some of `right` holds."
struct Sequent {
  Terms left;
  Terms right;
};

// The alternatives of a term on the left that have not been gone into yet: one holds, exactly one where
// `exclusive`.
struct Split {
  std::vector<Term> branches;
  bool exclusive = false;
};

// The two programs, and what their nodes say.
class Versions {
 public:
  Versions(const Program& a, const Program& b) : programs_{&a, &b} {}

  const Program& program(Side side) const { return *programs_[static_cast<std::size_t>(side)]; }
  const Program& program(Term term) const { return program(term.side); }
  const Node& node(Term term) const { return program(term).nodes[term.index]; }
  const Dependency& dependency(Term term) const { return program(term).dependencies[term.index]; }

  // The rules of a term about values of its kind; null where it has none.
  const TextRules* text(Term term) const;
  const NumberRules* number(Term term) const;
  const ArrayRules* array(Term term) const;
  const ObjectRules* object(Term term) const;
  const Logic* logic(Term term) const;  // of whole nodes only

  // The forms of the values that the term's kinds allow; or all of the terms'.
  Forms forms(Term term) const;
  Forms forms(const Terms& terms) const;
  // Whether the term says nothing more about values of a form that it allows.
  bool is_open(Term term, Form form) const;

  Term child(Term of, NodeId node) const { return {Term::Part::whole, of.side, node}; }
  std::vector<Term> children(Term of, Range range) const;

  // Adds a term to the left, with all that follows from it at once: `allOf`, and what `not` forbids, which
  // goes to the right. Schemas inside each other without a step into the value are bounded by the compiler.
  void assume(Sequent& sequent, Term term) const;
  std::optional<Split> find_split(const Terms& left) const;
  // The values of a term's `enum`, if any has one.
  std::optional<document::Value> enumeration(const Terms& terms) const;

 private:
  template <class Rules>
  const Rules* rules(Term term, std::uint32_t Node::*index, const std::vector<Rules> Program::*table) const;

  std::array<const Program*, 2> programs_;
};

}  // namespace slipway::schema
