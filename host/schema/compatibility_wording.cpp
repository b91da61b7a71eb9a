#include "schema/compatibility_wording.hpp"

#include "document/json_writer.hpp"
#include "document/pointer.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kLongestShown = 64;  // bytes of a value

std::string describe_bound(const slw_value& bound, bool exclusive, std::string_view beyond,
                           std::string_view not_within) {
  return "a number " + std::string(exclusive ? not_within : beyond) + " " + show(document::Value(bound));
}

std::string describe_member(const Duty& duty) {
  return duty.any_name ? "an object with members that are not named here"
                       : "an object with a member " + quoted(duty.name);
}

bool has_enumeration(const Versions& versions, Term term) {
  const Logic* const logic = versions.logic(term);
  return logic != nullptr && logic->enumeration != kNone;
}

// By Facet.
constexpr std::array<std::string_view, 24> kKeywords{"type",
                                                     "enum",
                                                     "enum",
                                                     "minLength",
                                                     "maxLength",
                                                     "pattern",
                                                     "format",
                                                     "minimum",
                                                     "maximum",
                                                     "multipleOf",
                                                     "minItems",
                                                     "maxItems",
                                                     "uniqueItems",
                                                     "additionalItems",
                                                     "additionalItems",
                                                     "minProperties",
                                                     "maxProperties",
                                                     "required",
                                                     "additionalProperties",
                                                     "dependencies",
                                                     "dependencies",
                                                     "anyOf",
                                                     "oneOf",
                                                     "not"};

}  // namespace

std::string describe(Forms forms) {
  std::vector<std::string_view> names;
  if (has(forms, Form::null)) names.push_back("null");
  if (has(forms, Form::no) || has(forms, Form::yes)) names.push_back("a boolean");
  if (has(forms, Form::integer)) names.push_back(has(forms, Form::decimal) ? "a number" : "an integer");
  if (has(forms, Form::decimal) && !has(forms, Form::integer))
    names.push_back("a number that is not written as an integer");
  if (has(forms, Form::text)) names.push_back("a string");
  if (has(forms, Form::array)) names.push_back("an array");
  if (has(forms, Form::object)) names.push_back("an object");
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "" : (i + 1 == names.size() ? " or " : ", ")).append(names[i]);
  return text;
}

std::string describe(document::Value value) {
  const std::string text = document::to_json(value);
  return text.size() <= kLongestShown ? "the value " + text
                                      : "a certain value that `enum` lists, " + std::string(kind_name(value));
}

std::string describe(const Versions& versions, Term wanted, const Duty& duty) {
  const TextRules* const text = versions.text(wanted);
  const NumberRules* const number = versions.number(wanted);
  const ArrayRules* const array = versions.array(wanted);
  const ObjectRules* const object = versions.object(wanted);
  switch (duty.facet) {
    case Facet::type:
      return describe(static_cast<Forms>(duty.index));
    case Facet::value:
      return duty.name;
    case Facet::enumeration:
      return "a value that `enum` does not list";
    case Facet::min_length:
      return "a string of fewer than " + count_of(text->min_length, "character");
    case Facet::max_length:
      return "a string of more than " + count_of(text->max_length, "character");
    case Facet::pattern:
      return "a string that does not match " +
             quoted(versions.program(wanted).patterns[text->pattern].source());
    case Facet::format:
      return "a string that is not " + std::string(describe_format(text->format));
    case Facet::minimum:
      return describe_bound(number->minimum, number->exclusive_minimum, "below", "that is not above");
    case Facet::maximum:
      return describe_bound(number->maximum, number->exclusive_maximum, "above", "that is not below");
    case Facet::multiple_of:
      return "a number that is not a multiple of " + to_text(number->multiple_of);
    case Facet::min_items:
      return "an array of fewer than " + count_of(array->min_items, "item");
    case Facet::max_items:
      return "an array of more than " + count_of(array->max_items, "item");
    case Facet::unique_items:
      return "an array with equal items";
    case Facet::item:
    case Facet::rest:
      return "an array of more than " + count_of(duty.index, "item");
    case Facet::min_properties:
      return "an object of fewer than " + count_of(object->min_properties, "member");
    case Facet::max_properties:
      return "an object of more than " + count_of(object->max_properties, "member");
    case Facet::required:
      return "an object without " + quoted(duty.name);
    case Facet::member:
      return describe_member(duty);
    case Facet::dependency:
    case Facet::dependent_schema: {
      const Program& program = versions.program(wanted);
      return "an object with " + quoted(program.names[program.dependencies[duty.index].name]) +
             " but without " + quoted(duty.name);
    }
    case Facet::any_of:
      return duty.index != 0 ? describe(static_cast<Forms>(duty.index))
                             : "a value that no schema of `anyOf` accepts";
    case Facet::one_of:
      return duty.index != 0 ? describe(static_cast<Forms>(duty.index))
                             : "a value that not exactly one schema of `oneOf` accepts";
    case Facet::negation:
      return "a value that `not` forbids";
  }
  return {};
}

std::string keyword_pointer(const Versions& versions, Term wanted, const Duty& duty) {
  const Program& program = versions.program(wanted);
  std::string pointer = program.schema_pointer(versions.node(wanted));
  if (duty.facet == Facet::value && !has_enumeration(versions, wanted)) return pointer;
  document::append_token(pointer, kKeywords[static_cast<std::size_t>(duty.facet)]);
  if (duty.facet == Facet::dependency)
    document::append_token(pointer, std::string_view(program.names[program.dependencies[duty.index].name]));
  return pointer;
}

}  // namespace slipway::schema
