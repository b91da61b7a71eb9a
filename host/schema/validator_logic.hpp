// What is said about values of every kind, for nodes and for rows of tensors alike.
#pragma once

#include "schema/validator.hpp"

namespace slipway::schema {

template <class Subject>
bool Validator::check_logic(const Logic& logic, Subject subject) {
  if (logic.enumeration != kNone && !enumerated(program_.enumerations[logic.enumeration], subject))
    return false;
  if (!enter(1 + logic.all_of.count + logic.any_of.count + logic.one_of.count)) return false;
  const NodeId* const all = program_.children.data() + logic.all_of.first;
  for (std::uint32_t i = 0; i < logic.all_of.count; ++i)
    if (!check(all[i], subject)) return leave(false);
  if (logic.any_of.count != 0) {
    const NodeId* const any = program_.children.data() + logic.any_of.first;
    std::uint32_t i = 0;
    while (i < logic.any_of.count && !check(any[i], subject)) ++i;
    if (i == logic.any_of.count) return leave(false);
  }
  if (logic.one_of.count != 0) {
    const NodeId* const one = program_.children.data() + logic.one_of.first;
    std::uint32_t matching = 0;
    for (std::uint32_t i = 0; i < logic.one_of.count && matching < 2; ++i)
      matching += check(one[i], subject) ? 1 : 0;
    if (matching != 1) return leave(false);
  }
  return leave(logic.negated == kNone || !check(logic.negated, subject));
}

namespace detail {

struct Identity {
  const void* address;
  std::uint32_t axis;
};
inline Identity identity_of(const slw_value* value, const char* element) {
  constexpr std::uint32_t kElement = 255;
  return element != nullptr ? Identity{element, kElement} : Identity{value, 0};
}
inline Identity identity_of(View view, const char*) {
  return {view.address(), view.axis + 1};
}

}  // namespace detail

template <class Subject>
bool Validator::check_remembered(NodeId id, Subject subject) {
  const auto [address, axis] = detail::identity_of(subject, element_);
  const Memory::Answer known = memory_->find(id, address, axis);
  if (known != Memory::Answer::unknown) return known == Memory::Answer::yes;
  const bool accepted = check_node(nodes_[id], subject);
  if (trouble_ == Trouble::none) memory_->add(id, address, axis, accepted);
  return accepted;
}

}  // namespace slipway::schema
