// The fast pass over tensors: what JSON would write as nested arrays of numbers, without a node for each.
#include <algorithm>
#include <cstring>

#include "schema/unique.hpp"
#include "schema/validator.hpp"
#include "schema/validator_logic.hpp"

namespace slipway::schema {
namespace {

constexpr std::uint32_t kBlock = 256;  // numbers between two looks at the outcome

// Whether all numbers satisfy `good`; a loop the compiler can unroll.
template <class Element, class Good>
bool all_of(const char* data, std::uint32_t count, Good good) {
  for (std::uint32_t from = 0; from < count; from += kBlock) {
    const std::uint32_t end = std::min(count - from, kBlock);
    const char* const block = data + static_cast<std::size_t>(from) * sizeof(Element);
    unsigned bad = 0;
    for (std::uint32_t i = 0; i < end; ++i) {
      Element number;
      std::memcpy(&number, block + i * sizeof(Element), sizeof number);
      bad |= good(number) ? 0u : 1u;
    }
    if (bad != 0) return false;
  }
  return true;
}

template <class Element>
bool all_integers_in(const char* data, std::uint32_t count, const Bounds& bounds) {
  const std::int64_t low = bounds.int_low;
  const std::int64_t high = bounds.int_high;
  return all_of<Element>(data, count, [=](Element number) {
    const auto wide = static_cast<std::int64_t>(number);
    return static_cast<int>(wide >= low) & static_cast<int>(wide <= high);
  });
}

// The outcomes are gathered in words as wide as the numbers, which lets the compiler compare several at once.
template <class Element, class Word>
bool all_doubles_in(const char* data, std::uint32_t count, const Bounds& bounds) {
  const double low = bounds.low;
  const double high = bounds.high;
  for (std::uint32_t from = 0; from < count; from += kBlock) {
    const std::uint32_t end = std::min(count - from, kBlock);
    Element numbers[kBlock];
    std::memcpy(numbers, data + static_cast<std::size_t>(from) * sizeof(Element), end * sizeof(Element));
    Word bad = 0;
    for (std::uint32_t i = 0; i < end; ++i) {
      const auto wide = static_cast<double>(numbers[i]);
      bad |= wide >= low && wide <= high ? Word{0} : Word{1};
    }
    if (bad != 0) return false;
  }
  return true;
}

}  // namespace

bool Validator::check(NodeId id, View view) {
  const Node& node = nodes_[id];
  if (memory_ != nullptr && node.shared) return check_remembered(id, view);
  return check_node(node, view);
}

bool Validator::check_node(const Node& node, View view) {
  if ((node.kinds >> SLW_TENSOR & 1) == 0) return false;
  if (node.array != kNone && !check_items(program_.arrays[node.array], view)) return false;
  return node.logic == kNone || check_logic(program_.logics[node.logic], view);
}

// The numbers of an innermost row against a node that asks for nothing but kinds and bounds.
bool Validator::check_plain_numbers(const Node& node, View view) const {
  const Bounds bounds = node.number == kNone ? Bounds{} : program_.numbers[node.number].bounds;
  const std::uint32_t count = view.size();
  const char* const data = view.address();
  const unsigned type = view.tensor->detail & ~SLW_MIXED;
  const bool mixed = (view.tensor->detail & SLW_MIXED) != 0;
  if (type == SLW_BOOL || count == 0)
    return all_of<std::uint8_t>(data, count, [&](std::uint8_t b) {
      return (node.kinds >> (b != 0 ? SLW_TRUE : SLW_FALSE) & 1) != 0;
    });
  if ((node.kinds & kNumberKinds) == 0) return false;
  switch (type) {
    case SLW_I8:
      return all_integers_in<std::int8_t>(data, count, bounds);
    case SLW_I16:
      return all_integers_in<std::int16_t>(data, count, bounds);
    case SLW_I32:
      return all_integers_in<std::int32_t>(data, count, bounds);
    case SLW_I64:
      return all_integers_in<std::int64_t>(data, count, bounds);
    case SLW_U8:
      return all_integers_in<std::uint8_t>(data, count, bounds);
    case SLW_U16:
      return all_integers_in<std::uint16_t>(data, count, bounds);
    case SLW_U32:
      return all_integers_in<std::uint32_t>(data, count, bounds);
    case SLW_F32:
      return !node.integral_only && all_doubles_in<float, std::uint32_t>(data, count, bounds);
    case SLW_F64:
      if (!node.integral_only) return all_doubles_in<double, std::uint64_t>(data, count, bounds);
      if (!mixed) return false;
      break;
    default:
      break;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const slw_value number = view.number(i);
    if (!check_number(node, &number)) return false;
  }
  return true;
}

bool Validator::check_items(const ArrayRules& rules, View view) {
  const std::uint32_t count = view.size();
  if (count < rules.min_items || count > rules.max_items) return false;
  if (count > rules.tuple.count && rules.rest == kNever) return false;
  const bool plain =
      view.innermost() && rules.tuple.count == 0 && (rules.rest_is_plain || rules.rest == kAny);
  if (!enter(plain ? 1 : 1 + count)) return false;
  if (plain) {
    if (rules.rest != kAny && !check_plain_numbers(nodes_[rules.rest], view)) return leave(false);
  } else {
    for (std::uint32_t i = 0; i < count; ++i) {
      const NodeId item = i < rules.tuple.count ? program_.children[rules.tuple.first + i] : rules.rest;
      bool good = false;
      if (view.innermost()) {
        const slw_value number = view.number(i);
        element_ = view.address(i);
        good = check(item, &number);
        element_ = nullptr;
      } else {
        good = check(item, view.row(i));
      }
      if (!good) return leave(false);
    }
  }
  return leave(!rules.unique || !find_equal_items(view));
}

bool Validator::enumerated(const Enumeration& enumeration, View view) const {
  const document::Value literals = program_.literal_list(enumeration);
  for (std::uint32_t i = 0; i < enumeration.hashes.count; ++i)
    if (equal(view, literals.element(i))) return true;
  return false;
}

}  // namespace slipway::schema
