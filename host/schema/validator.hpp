// Checks one document against a program. The fast pass: yes or no, no message, no allocation.
#pragma once

#include <cstdint>
#include <memory>

#include "schema/memory.hpp"
#include "schema/program.hpp"
#include "schema/view.hpp"

namespace slipway::schema {

// One per check. Where alternatives can multiply, the work is bounded in three stages: a plain run with a
// budget that almost every document stays below; where it does not, one with a budget in proportion to the
// document; and where that is passed too, one that remembers what was found out. Whoever passes the last
// budget is refused.
class Validator {
 public:
  enum class Trouble : std::uint8_t { none, steps, nesting };

  explicit Validator(const Program& program) : program_(program), nodes_(program.nodes.data()) {}

  // Whether `node` accepts the whole document `value`.
  bool accepts(NodeId node, const slw_value* value);

  // For a series of questions about one document: they share a budget, and remember each other's answers.
  void begin_series(const slw_value* document);
  bool asks(NodeId node, const slw_value* value) { return check(node, value) && trouble_ == Trouble::none; }
  bool asks(NodeId node, View view) { return check(node, view) && trouble_ == Trouble::none; }
  // Says that the next values are copies of the number of a tensor at `element`; null: no longer.
  void look_at(const char* element) { element_ = element; }
  const char* element() const { return element_; }

  // Not none where an answer was no because a bound was passed.
  Trouble trouble() const { return trouble_; }

  // Single keywords, shared with who explains.
  bool enumerated(const Enumeration& enumeration, document::Value value) const;
  bool enumerated(const Enumeration& enumeration, const slw_value* value) const {
    return enumerated(enumeration, document::Value(value));
  }
  bool enumerated(const Enumeration& enumeration, View view) const;
  static bool in_length(const TextRules& rules, const slw_value* text);
  bool has_form(const TextRules& rules, const slw_value* text) const;

 private:
  bool check(NodeId id, const slw_value* value);
  bool check(NodeId id, View view);
  bool check_node(const Node& node, const slw_value* value);
  bool check_node(const Node& node, View view);
  bool check_number(const Node& node, const slw_value* value) const;
  bool check_array(const ArrayRules& rules, const slw_value* value);
  bool check_object(const ObjectRules& rules, const slw_value* value);
  template <unsigned kWords>
  bool check_members(const ObjectRules& rules, const slw_value* value);
  bool check_undeclared(const ObjectRules& rules, bool declared, const slw_value* key);
  bool check_dependencies(const ObjectRules& rules, const slw_value* value);
  bool check_items(const ArrayRules& rules, View view);
  bool check_plain_numbers(const Node& node, View view) const;
  template <class Subject>
  bool check_logic(const Logic& logic, Subject subject);
  template <class Subject>
  bool check_remembered(NodeId id, Subject subject);

  bool enter(std::uint64_t steps);
  bool leave(bool result) {
    --depth_;
    return result;
  }

  const Program& program_;
  const Node* const nodes_;
  std::int64_t steps_ = 0;
  std::uint32_t depth_ = 0;
  Trouble trouble_ = Trouble::none;
  const char* element_ = nullptr;  // the number of a tensor that is being looked at through a copy
  std::unique_ptr<Memory> memory_;
};

}  // namespace slipway::schema
