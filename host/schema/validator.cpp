// The fast pass over nodes; validator_tensor.cpp has the one over tensors.
#include "schema/validator.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/utf8.hpp"
#include "schema/unique.hpp"
#include "schema/validator_logic.hpp"

namespace slipway::schema {
namespace {

constexpr std::int64_t kFirstBudget = 1 << 20;
constexpr std::uint64_t kStepsForEachValue = 64;
constexpr std::uint32_t kMostNesting =
    4'000;  // of containers and combinations inside each other: what a stack can take
constexpr std::uint32_t kFewLiterals = 8;

// Values in the document; recursion is bounded by its depth.
std::uint64_t count_values(const slw_value* value) {
  std::uint64_t count = 1;
  if (value->kind == SLW_TENSOR) return count + value->count;
  if (value->kind != SLW_ARRAY && value->kind != SLW_OBJECT) return count;
  const auto* const nodes = static_cast<const slw_value*>(slw_payload(value));
  const bool object = value->kind == SLW_OBJECT;
  for (std::uint32_t i = 0; i < value->count; ++i)
    count += count_values(object ? nodes + 2 * static_cast<std::size_t>(i) + 1 : nodes + i);
  return count;
}

std::string_view text_of(const slw_value* key) {
  return {static_cast<const char*>(slw_payload(key)), key->count};
}

}  // namespace

bool Validator::accepts(NodeId node, const slw_value* value) {
  steps_ = program_.multiplies ? kFirstBudget : std::numeric_limits<std::int64_t>::max();
  const bool result = check(node, value);
  if (trouble_ != Trouble::steps) return result && trouble_ == Trouble::none;
  const std::uint64_t values = count_values(value);
  const std::uint64_t most = program_.steps + kStepsForEachValue * values;
  const std::uint64_t linear =
      static_cast<std::uint64_t>(kFirstBudget) + std::min(values * program_.weight, most);
  for (const bool remembering : {false, true}) {
    if (remembering) memory_ = std::make_unique<Memory>();
    steps_ = static_cast<std::int64_t>(remembering ? most : linear);
    trouble_ = Trouble::none;
    const bool again = check(node, value);
    if (trouble_ != Trouble::steps) return again && trouble_ == Trouble::none;
  }
  return false;
}

void Validator::begin_series(const slw_value* document) {
  if (program_.multiplies) memory_ = std::make_unique<Memory>();
  steps_ = static_cast<std::int64_t>(program_.steps + kStepsForEachValue * count_values(document));
}

bool Validator::enter(std::uint64_t steps) {
  steps_ -= static_cast<std::int64_t>(steps);
  if (steps_ < 0 || ++depth_ > kMostNesting) {
    if (trouble_ == Trouble::none) trouble_ = steps_ < 0 ? Trouble::steps : Trouble::nesting;
    if (steps_ >= 0) --depth_;
    steps_ = -1;  // whatever is asked on the way back is answered at once
    return false;
  }
  return true;
}

bool Validator::check(NodeId id, const slw_value* value) {
  const Node& node = nodes_[id];
  if (memory_ != nullptr && node.shared) return check_remembered(id, value);
  return check_node(node, value);
}

bool Validator::check_node(const Node& node, const slw_value* value) {
  if ((node.kinds >> value->kind & 1) == 0 && value->kind != SLW_TENSOR) return false;
  switch (value->kind) {
    case SLW_STRING:
    case SLW_BYTES:
      if (node.text != kNone) {
        const TextRules& rules = program_.texts[node.text];
        if (!in_length(rules, value) || !has_form(rules, value)) return false;
      }
      break;
    case SLW_INT64:
    case SLW_UINT64:
    case SLW_FLOAT64:
      if (!check_number(node, value)) return false;
      break;
    case SLW_ARRAY:
      if (node.array != kNone && !check_array(program_.arrays[node.array], value)) return false;
      break;
    case SLW_OBJECT:
      if (node.object != kNone && !check_object(program_.objects[node.object], value)) return false;
      break;
    case SLW_TENSOR: {
      if (value->tag != 0) return check_node(node, View{value});
      const slw_value number = slw_tensor_number(value, 0);
      element_ = static_cast<const char*>(slw_tensor_data(value));
      const bool good = check_node(node, &number);
      element_ = nullptr;
      return good;
    }
    default:
      break;
  }
  return node.logic == kNone || check_logic(program_.logics[node.logic], value);
}

bool Validator::in_length(const TextRules& rules, const slw_value* text) {
  const std::uint64_t size = text->count;
  if (text->kind == SLW_BYTES) {  // their base64
    const std::uint64_t written = (size + 2) / 3 * 4;
    return written >= rules.min_length && written <= rules.max_length;
  }
  // A character is one to four bytes, which mostly settles it.
  if (size < rules.min_length || size > 4 * static_cast<std::uint64_t>(rules.max_length)) return false;
  if (size <= rules.max_length && size >= 4 * static_cast<std::uint64_t>(rules.min_length)) return true;
  if (rules.min_length <= 1 && size <= rules.max_length) return true;
  const std::size_t characters = count_characters(text_of(text));
  return characters >= rules.min_length && characters <= rules.max_length;
}

bool Validator::has_form(const TextRules& rules, const slw_value* text) const {
  if (rules.pattern == kNone && rules.format == Format::none) return true;
  if (text->kind == SLW_BYTES) return false;
  if (rules.pattern != kNone && !program_.patterns[rules.pattern].matches(text_of(text))) return false;
  return rules.format == Format::none || has_format(rules.format, text_of(text));
}

bool Validator::check_number(const Node& node, const slw_value* value) const {
  if (node.integral_only && value->kind == SLW_FLOAT64 && (value->detail & SLW_INTEGRAL) == 0) return false;
  if (node.number == kNone) return true;
  const NumberRules& rules = program_.numbers[node.number];
  return rules.bounds.allow(*value) &&
         (rules.multiple_of.is_zero() || is_multiple(*value, rules.multiple_of));
}

bool Validator::check_array(const ArrayRules& rules, const slw_value* value) {
  const std::uint32_t count = value->count;
  if (count < rules.min_items || count > rules.max_items) return false;
  if (count > rules.tuple.count && rules.rest == kNever) return false;
  if (!enter(1 + count)) return false;
  const auto* const items = static_cast<const slw_value*>(slw_payload(value));
  std::uint32_t i = 0;
  for (const std::uint32_t end = std::min(count, rules.tuple.count); i < end; ++i)
    if (!check(program_.children[rules.tuple.first + i], items + i)) return leave(false);
  if (rules.rest != kAny)
    for (; i < count; ++i)
      if (!check(rules.rest, items + i)) return leave(false);
  return leave(!rules.unique || !find_equal_items(value));
}

bool Validator::check_object(const ObjectRules& rules, const slw_value* value) {
  const std::uint32_t count = value->count;
  if (count < rules.min_properties || count > rules.max_properties || count < rules.required) return false;
  if (!enter(1 + count)) return false;
  const bool members =
      rules.required <= 64 ? check_members<1>(rules, value) : check_members<16>(rules, value);
  return leave(members && (rules.dependencies.count == 0 || check_dependencies(rules, value)));
}

// Marks the required members it meets, a bit for each, as far as there are bits.
template <unsigned kWords>
bool Validator::check_members(const ObjectRules& rules, const slw_value* value) {
  std::array<std::uint64_t, kWords> seen{};
  const auto* const pairs = static_cast<const slw_value*>(slw_payload(value));
  const Property* expected = rules.properties.begin();
  const bool open = rules.additional == kAny && rules.patterns.count == 0;
  for (std::uint32_t i = 0; i < value->count; ++i) {
    const slw_value* const key = pairs + 2 * static_cast<std::size_t>(i);
    const Property* const property = rules.properties.find(key, expected);
    bool declared = false;
    if (property != nullptr) {
      expected = property + 1;
      if (property->required < 64 * kWords)
        seen[property->required / 64] |= std::uint64_t{1} << property->required % 64;
      declared = property->node != PropertyTable::kUndeclared;
      if (declared && !check(property->node, key + 1)) return false;
      if (declared && rules.patterns.count == 0) continue;
    }
    if (!open && !check_undeclared(rules, declared, key)) return false;
  }
  if (rules.required > 64 * kWords) {
    for (const Property& property : rules.properties)
      if (property.required != PropertyTable::kOptional) {
        const std::string_view name = rules.properties.name(property);
        if (slw_find(value, name.data(), name.size()) == nullptr) return false;
      }
    return true;
  }
  for (std::uint32_t word = 0; word * 64 < rules.required; ++word) {
    const std::uint32_t bits = std::min(rules.required - word * 64, 64u);
    if (seen[word] != ~std::uint64_t{0} >> (64 - bits)) return false;
  }
  return true;
}

bool Validator::check_undeclared(const ObjectRules& rules, bool declared, const slw_value* key) {
  for (std::uint32_t i = 0; i < rules.patterns.count; ++i) {
    const PatternProperty& p = program_.pattern_properties[rules.patterns.first + i];
    if (!program_.patterns[p.pattern].matches(text_of(key))) continue;
    declared = true;
    if (!check(p.node, key + 1)) return false;
  }
  return declared || check(rules.additional, key + 1);
}

bool Validator::check_dependencies(const ObjectRules& rules, const slw_value* value) {
  const auto has = [&](std::uint32_t name) {
    const std::string& text = program_.names[name];
    return slw_find(value, text.data(), text.size()) != nullptr;
  };
  for (std::uint32_t i = 0; i < rules.dependencies.count; ++i) {
    const Dependency& dependency = program_.dependencies[rules.dependencies.first + i];
    if (!has(dependency.name)) continue;
    for (std::uint32_t j = 0; j < dependency.required.count; ++j)
      if (!has(program_.name_lists[dependency.required.first + j])) return false;
    if (dependency.node != kAny && !check(dependency.node, value)) return false;
  }
  return true;
}

bool Validator::enumerated(const Enumeration& enumeration, document::Value value) const {
  const document::Value literals = program_.literal_list(enumeration);
  if (enumeration.hashes.count <= kFewLiterals) {
    for (std::uint32_t i = 0; i < enumeration.hashes.count; ++i)
      if (document::equal(literals.element(i), value)) return true;
    return false;
  }
  const LiteralHash* const first = program_.literal_hashes.data() + enumeration.hashes.first;
  const LiteralHash* const end = first + enumeration.hashes.count;
  const std::uint64_t hash = document::hash(value);
  for (auto at = std::lower_bound(first, end, hash,
                                  [](const LiteralHash&a, std::uint64_t h) { return a.hash < h; });
       at != end && at->hash == hash; ++at)
    if (document::equal(literals.element(at->element), value)) return true;
  return false;
}

}  // namespace slipway::schema
