// The second pass: sentences about single keywords.
#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "document/json_writer.hpp"
#include "schema/explainer.hpp"
#include "schema/explainer_messages.hpp"
#include "schema/unique.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kMostLiterals = 10;
constexpr std::size_t kLongestList = 300;
constexpr std::size_t kLongestName = 64;

// Appended to a demand where the value may be shown: ", but is 7".
std::string but_is(const slw_value* value, bool may_show) {
  return may_show ? ", but is " + show(document::Value(value)) : "";
}

std::string name_of(std::string_view name) {
  return name.size() <= kLongestName ? "the member " + quoted(name)
                                     : "a member with a name of " + count_of(name.size(), "byte");
}

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : (i + 1 == words.size() ? " or " : ", ")) + words[i];
  return text;
}

}  // namespace

std::string allowed_kinds(const Node& node) {
  struct Word {
    unsigned kind;
    const char* word;
  };
  constexpr std::array<Word, 6> kWords{{{SLW_OBJECT, "an object"},
                                        {SLW_ARRAY, "an array"},
                                        {SLW_STRING, "a string"},
                                        {SLW_FLOAT64, "a number"},
                                        {SLW_TRUE, "a boolean"},
                                        {SLW_NULL, "null"}}};
  std::vector<std::string> words;
  for (const auto& [kind, word] : kWords)
    if ((node.kinds >> kind & 1) != 0)
      words.emplace_back(kind == SLW_FLOAT64 && node.integral_only ? "an integer" : word);
  return words.empty() ? "absent" : list_of(words);
}

std::string too_few(std::uint32_t least, std::string_view noun, std::uint64_t count) {
  return "must have at least " + count_of(least, noun) + ", but has " +
         (count == 0 ? "none" : std::to_string(count));
}

std::string too_many(std::uint32_t most, std::string_view noun, std::uint64_t count) {
  return "must have at most " + count_of(most, noun) + ", but has " + std::to_string(count);
}

std::string not_enumerated(document::Value literals, document::Value value, bool may_show) {
  std::vector<std::string> words;
  for (std::uint32_t i = 0; i < literals.size() && words.size() < kMostLiterals; ++i)
    words.push_back(show(literals.element(i)));
  const std::uint64_t more = literals.size() - words.size();
  if (more != 0) words.push_back(std::to_string(more) + " other values");
  std::string text = list_of(words);
  if (text.size() > kLongestList) text = "one of the " + count_of(literals.size(), "value") + " of `enum`";
  return "must be " + text + (may_show ? ", but is " + show(value) : "");
}

std::string within(const Violation& violation) {
  return violation.pointer.empty() ? violation.message : violation.message + " (" + violation.pointer + ")";
}

void Explainer::visit_text(const Node& node, const slw_value* value) {
  const TextRules& rules = program_.texts[node.text];
  if (!Validator::in_length(rules, value)) {
    const std::uint64_t count = value->kind == SLW_BYTES
                                    ? (static_cast<std::uint64_t>(value->count) + 2) / 3 * 4
                                    : count_characters(document::Value(value).text());
    const bool low = count < rules.min_length;
    report(node, low ? "minLength" : "maxLength", low ? "/minLength" : "/maxLength", [&](bool may_show) {
      if (!may_show)
        return std::string(low ? "must have at least " : "must have at most ") +
               count_of(low ? rules.min_length : rules.max_length, "character");
      return low ? too_few(rules.min_length, "character", count)
                 : too_many(rules.max_length, "character", count);
    });
  }
  const bool bytes = value->kind == SLW_BYTES;
  const std::string_view text = document::Value(value).text();
  if (rules.pattern != kNone && (bytes || !program_.patterns[rules.pattern].matches(text)))
    report(node, "pattern", "/pattern", [&](bool may_show) {
      return "must match the pattern " + quoted(program_.patterns[rules.pattern].source()) +
             but_is(value, may_show);
    });
  if (rules.format != Format::none && (bytes || !has_format(rules.format, text)))
    report(node, "format", "/format", [&](bool may_show) {
      return "must be " + std::string(describe_format(rules.format)) + but_is(value, may_show);
    });
}

void Explainer::visit_number(const Node& node, const slw_value* value) {
  if (!document::Value(value).is_number()) return;
  if (node.integral_only && !document::Value(value).is_integer()) {
    visit_type(node, document::Value(value));
    return;
  }
  if (node.number == kNone) return;
  const NumberRules& rules = program_.numbers[node.number];
  const document::Value number(value);
  if (rules.has_minimum) {
    const int order = document::compare_numbers(number, document::Value(&rules.minimum));
    if (order < 0 || (order == 0 && rules.exclusive_minimum))
      report(node, "minimum", "/minimum", [&](bool may_show) {
        return std::string(rules.exclusive_minimum ? "must be greater than " : "must be at least ") +
               show(document::Value(&rules.minimum)) + but_is(value, may_show);
      });
  }
  if (rules.has_maximum) {
    const int order = document::compare_numbers(number, document::Value(&rules.maximum));
    if (order > 0 || (order == 0 && rules.exclusive_maximum))
      report(node, "maximum", "/maximum", [&](bool may_show) {
        return std::string(rules.exclusive_maximum ? "must be less than " : "must be at most ") +
               show(document::Value(&rules.maximum)) + but_is(value, may_show);
      });
  }
  if (!rules.multiple_of.is_zero() && !is_multiple(*value, rules.multiple_of))
    report(node, "multipleOf", "/multipleOf", [&](bool may_show) {
      return "must be a multiple of " + to_text(rules.multiple_of) + but_is(value, may_show);
    });
}

// False where nothing more is to be said about the items.
bool Explainer::visit_item_counts(const Node& node, std::uint32_t count,
                                  const std::function<std::optional<EqualItems>()>& find_equal) {
  const ArrayRules& rules = program_.arrays[node.array];
  if (count < rules.min_items)
    report(node, "minItems", "/minItems", [&](bool) { return too_few(rules.min_items, "item", count); });
  if (count > rules.max_items)
    report(node, "maxItems", "/maxItems", [&](bool) { return too_many(rules.max_items, "item", count); });
  if (rules.unique && !stopped()) {
    if (const auto equal = find_equal())
      report(node, "uniqueItems", "/uniqueItems", [&](bool) {
        if (equal->given_up)
          return std::string("has too many items that only a long search could tell apart");
        return "items must differ, but " + std::to_string(equal->first) + " and " +
               std::to_string(equal->second) + " are equal";
      });
  }
  if (count > rules.tuple.count && rules.rest == kNever && !stopped())
    report_item_not_allowed(node, rules.tuple.count);
  return !stopped() && !(rules.rest == kAny && rules.tuple.count == 0);
}

void Explainer::report_item_not_allowed(const Node& node, std::uint32_t allowed) {
  at({{}, allowed, true}, [&] {
    report(node, "additionalItems", "/additionalItems",
           [&](bool) { return "is not allowed: there may be at most " + count_of(allowed, "item"); });
  });
}

void Explainer::visit_required(const Node& node, const slw_value* object) {
  const ObjectRules& rules = program_.objects[node.object];
  for (const Property& property : rules.properties) {
    const std::string_view name = rules.properties.name(property);
    if (stopped()) return;
    if (property.required == PropertyTable::kOptional ||
        slw_find(object, name.data(), name.size()) != nullptr)
      continue;
    at({name},
       [&] { report(node, "required", "/required", [&](bool) { return name_of(name) + " is missing"; }); });
  }
}

// The path ends with the member.
void Explainer::report_undeclared_member(const Node& node, std::string_view name) {
  const bool secret = sensitivity_.of(path_).tellable < path_.size();
  report(node, "additionalProperties", "/additionalProperties", [&](bool) {
    if (secret) return std::string("has a member that is not allowed");
    NearestWord nearest(name);
    const ObjectRules& rules = program_.objects[node.object];
    for (const Property& known : rules.properties) nearest.consider(rules.properties.name(known));
    return name_of(name) + " is not allowed here" + nearest.suggestion();
  });
}

void Explainer::visit_dependencies(const Node& node, const slw_value* object) {
  const Range range = program_.objects[node.object].dependencies;
  const auto has = [&](const std::string& name) {
    return slw_find(object, name.data(), name.size()) != nullptr;
  };
  for (std::uint32_t i = 0; i < range.count && !stopped(); ++i) {
    const Dependency& dependency = program_.dependencies[range.first + i];
    const std::string& name = program_.names[dependency.name];
    if (!has(name)) continue;
    for (std::uint32_t j = 0; j < dependency.required.count && !stopped(); ++j) {
      const std::string& needed = program_.names[program_.name_lists[dependency.required.first + j]];
      if (has(needed)) continue;
      at({needed}, [&] {
        report(node, "dependencies", "/dependencies",
               [&](bool) { return name_of(needed) + " is missing; " + name_of(name) + " needs it"; });
      });
    }
    visit_if_refused(dependency.node, object);
  }
}

}  // namespace slipway::schema
