// The second pass: the walk and the reports.
#include "schema/explainer.hpp"

#include <algorithm>

#include "document/pointer.hpp"
#include "schema/explainer_messages.hpp"
#include "schema/unique.hpp"
#include "schema/validator_logic.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kLongestName = 256;       // bytes of a member's name that is repeated in a pointer
constexpr std::uint32_t kMostAlternatives = 4;  // whose first reasons are told together
constexpr std::size_t kLongestReason = 200;
constexpr std::uint32_t kMostDepth = 1'200;  // of the walk: what a stack can take

std::string_view text_of(const slw_value* key) {
  return {static_cast<const char*>(slw_payload(key)), key->count};
}
document::Value value_of(const slw_value* value) {
  return document::Value(value);
}
document::Value value_of(View view) {
  return document::Value(view.tensor);
}
unsigned kind_of(const slw_value* value) {
  return value->kind;
}
unsigned kind_of(View) {
  return SLW_TENSOR;
}

}  // namespace

std::vector<Violation> Explainer::explain(const slw_value* document) {
  validator_.begin_series(document);
  visit_if_refused(program_.root, document);
  if (validator_.trouble() != Validator::Trouble::none || found_.empty()) report_trouble();
  return std::move(found_);
}

void Explainer::report_trouble() {
  const bool nesting = validator_.trouble() == Validator::Trouble::nesting;
  if (found_.size() >= most_) found_.pop_back();
  found_.push_back({"", "limit", program_.schema_pointer(program_.nodes[program_.root]),
                    nesting ? "nests too deeply to be checked against this schema"
                            : "takes too many steps to be checked against this schema"});
}

void Explainer::report(const Node& node, std::string_view keyword, std::string_view schema_path,
                       const Message& message) {
  const Sensitivity::Verdict verdict = sensitivity_.of(path_);
  Violation violation;
  for (std::size_t i = 0; i < verdict.tellable; ++i) {
    if (path_[i].is_index) {
      document::append_token(violation.pointer, path_[i].index);
    } else if (path_[i].key.size() <= kLongestName) {
      document::append_token(violation.pointer, path_[i].key);
    } else {
      break;
    }
  }
  violation.keyword = keyword;
  violation.schema_pointer = program_.schema_pointer(node).append(schema_path);
  violation.message = message(!verdict.sensitive);
  for (const Violation& known : found_)
    if (known.pointer == violation.pointer && known.schema_pointer == violation.schema_pointer &&
        known.message == violation.message)
      return;
  found_.push_back(std::move(violation));
}

template <class Subject>
void Explainer::visit(NodeId id, Subject subject) {
  const Node& node = program_.nodes[id];
  if (depth_ >= kMostDepth) {
    report(node, "limit", "",
           [](bool) { return std::string("is refused for what is inside it, too deep to be explained"); });
    return;
  }
  if (node.shared && !summing_up_) {
    const auto [address, axis] = detail::identity_of(subject, validator_.element());
    if (visited_.find(id, address, axis) != Memory::Answer::unknown) return;
    visited_.add(id, address, axis, true);
  }
  if ((node.kinds >> kind_of(subject) & 1) == 0 &&
      (kind_of(subject) != SLW_TENSOR || value_of(subject).is_array())) {
    visit_type(node, value_of(subject));
    return;
  }
  ++depth_;
  visit_kind(node, subject);
  if (node.logic != kNone && !stopped()) visit_logic(node, subject);
  --depth_;
}

template void Explainer::visit(NodeId, const slw_value*);
template void Explainer::visit(NodeId, View);

void Explainer::visit_type(const Node& node, document::Value value) {
  report(node, "type", "/type", [&](bool may_show) {
    return "must be " + allowed_kinds(node) + ", but is " +
           (may_show ? show(value) : std::string(kind_name(value)));
  });
}

void Explainer::visit_kind(const Node& node, const slw_value* value) {
  switch (value->kind) {
    case SLW_STRING:
    case SLW_BYTES:
      if (node.text != kNone) visit_text(node, value);
      break;
    case SLW_INT64:
    case SLW_UINT64:
    case SLW_FLOAT64:
      visit_number(node, value);
      break;
    case SLW_ARRAY:
      if (node.array != kNone) visit_array(node, value);
      break;
    case SLW_OBJECT:
      if (node.object != kNone) visit_object(node, value);
      break;
    case SLW_TENSOR: {
      if (value->tag != 0) {
        visit_kind(node, View{value});
        break;
      }
      const slw_value number = slw_tensor_number(value, 0);
      if ((node.kinds >> number.kind & 1) == 0)
        visit_type(node, document::Value(&number));
      else
        visit_number(node, &number);
      break;
    }
    default:
      break;
  }
}

void Explainer::visit_member(const Node& node, const slw_value* key) {
  const ObjectRules& rules = program_.objects[node.object];
  const Property* const property = rules.properties.find(key);
  bool declared = property != nullptr && property->node != PropertyTable::kUndeclared;
  if (declared) visit_if_refused(property->node, key + 1);
  for (std::uint32_t i = 0; i < rules.patterns.count; ++i) {
    const PatternProperty& p = program_.pattern_properties[rules.patterns.first + i];
    if (!program_.patterns[p.pattern].matches(text_of(key))) continue;
    declared = true;
    visit_if_refused(p.node, key + 1);
  }
  if (declared || stopped()) return;
  if (rules.additional == kNever)
    report_undeclared_member(node, text_of(key));
  else
    visit_if_refused(rules.additional, key + 1);
}

void Explainer::visit_array(const Node& node, const slw_value* value) {
  const ArrayRules& rules = program_.arrays[node.array];
  if (!visit_item_counts(node, value->count, [&] { return find_equal_items(value); })) return;
  const auto* const items = static_cast<const slw_value*>(slw_payload(value));
  const std::uint32_t end = rules.rest == kNever ? std::min(value->count, rules.tuple.count) : value->count;
  for (std::uint32_t i = 0; i < end && !stopped(); ++i) {
    const NodeId item = i < rules.tuple.count ? program_.children[rules.tuple.first + i] : rules.rest;
    at({{}, i, true}, [&] { visit_if_refused(item, items + i); });
  }
}

void Explainer::visit_kind(const Node& node, View view) {
  if (node.array == kNone) return;
  const ArrayRules& rules = program_.arrays[node.array];
  if (!visit_item_counts(node, view.size(), [&] { return find_equal_items(view); })) return;
  const std::uint32_t end = rules.rest == kNever ? std::min(view.size(), rules.tuple.count) : view.size();
  for (std::uint32_t i = 0; i < end && !stopped(); ++i) {
    const NodeId item = i < rules.tuple.count ? program_.children[rules.tuple.first + i] : rules.rest;
    at({{}, i, true}, [&] {
      if (!view.innermost()) {
        visit_if_refused(item, view.row(i));
        return;
      }
      const slw_value number = view.number(i);
      validator_.look_at(view.address(i));
      visit_if_refused(item, &number);
      validator_.look_at(nullptr);
    });
  }
}

void Explainer::visit_object(const Node& node, const slw_value* value) {
  const ObjectRules& rules = program_.objects[node.object];
  if (value->count < rules.min_properties)
    report(node, "minProperties", "/minProperties",
           [&](bool) { return too_few(rules.min_properties, "member", value->count); });
  if (value->count > rules.max_properties)
    report(node, "maxProperties", "/maxProperties",
           [&](bool) { return too_many(rules.max_properties, "member", value->count); });
  visit_required(node, value);
  for (std::uint32_t i = 0; i < value->count && !stopped(); ++i) {
    const slw_value* const key = slw_member(value, i);
    at({text_of(key)}, [&] { visit_member(node, key); });
  }
  visit_dependencies(node, value);
}

template <class Subject>
void Explainer::visit_alternatives(const Node& node, std::string_view keyword, Range range, Subject subject) {
  std::string reasons;
  NodeId of_this_kind = kNone;
  std::uint32_t candidates = 0;
  for (std::uint32_t i = 0; i < range.count; ++i) {
    const NodeId id = program_.children[range.first + i];
    if ((program_.nodes[id].kinds >> kind_of(subject) & 1) != 0) of_this_kind = id, ++candidates;
    if (summing_up_ || range.count > kMostAlternatives || validator_.trouble() != Validator::Trouble::none)
      continue;
    std::vector<Violation> outside;
    outside.swap(found_);
    const std::size_t most = std::exchange(most_, 1);
    summing_up_ = true;
    visit(id, subject);
    summing_up_ = false;
    most_ = most;
    outside.swap(found_);
    if (outside.empty() || outside[0].message.size() > kLongestReason) continue;
    reasons.append(reasons.empty() ? ": " : "; ")
        .append(std::to_string(i + 1))
        .append(". ")
        .append(within(outside[0]));
  }
  const std::string schema_path = std::string("/").append(keyword);
  report(node, keyword, schema_path,
         [&](bool) { return "matches none of the " + count_of(range.count, "alternative") + reasons; });
  if (candidates == 1 && range.count > 1 && !summing_up_ && !stopped()) visit(of_this_kind, subject);
}

template <class Subject>
void Explainer::visit_logic(const Node& node, Subject subject) {
  const Logic& logic = program_.logics[node.logic];
  const auto child = [&](Range range, std::uint32_t i) { return program_.children[range.first + i]; };
  if (logic.enumeration != kNone && !validator_.enumerated(program_.enumerations[logic.enumeration], subject))
    report(node, "enum", "/enum", [&](bool may_show) {
      return not_enumerated(program_.literal_list(program_.enumerations[logic.enumeration]),
                            value_of(subject), may_show);
    });
  for (std::uint32_t i = 0; i < logic.all_of.count && !stopped(); ++i)
    visit_if_refused(child(logic.all_of, i), subject);
  for (const auto& [keyword, range] : {std::pair{"anyOf", logic.any_of}, std::pair{"oneOf", logic.one_of}}) {
    if (range.count == 0 || stopped()) continue;
    std::vector<std::uint32_t> matching;
    for (std::uint32_t i = 0; i < range.count && matching.size() < 2 && !stopped(); ++i)
      if (validator_.asks(child(range, i), subject)) matching.push_back(i);
    if (matching.empty() && !stopped()) visit_alternatives(node, keyword, range, subject);
    if (matching.size() > 1 && range.count == logic.one_of.count && range.first == logic.one_of.first)
      report(node, keyword, "/oneOf", [&](bool) {
        return "must match exactly one of the alternatives, but matches " + std::to_string(matching[0] + 1) +
               " and " + std::to_string(matching[1] + 1);
      });
  }
  if (logic.negated != kNone && !stopped() && validator_.asks(logic.negated, subject))
    report(node, "not", "/not", [](bool) { return std::string("matches what `not` excludes"); });
}

}  // namespace slipway::schema
