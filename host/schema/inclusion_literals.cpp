#include "schema/inclusion_literals.hpp"

#include <cmath>

#include "base/json_text.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "schema/inclusion_facts.hpp"
#include "schema/validator.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kMostSpellings = 64;
constexpr std::int64_t kFewIntegers = 256;

slw_value float64(double number, std::uint8_t detail = 0) {
  slw_value value{};
  value.kind = SLW_FLOAT64;
  value.detail = detail;
  value.as.f64 = number;
  return value;
}

std::string to_json(const slw_value& number) {
  return document::to_json(document::Value(number));
}

// As an integer, and as a decimal, where it is one and is exactly the same number.
std::vector<std::string> number_spellings(document::Value value) {
  const slw_value decimal = float64(value.number());
  if (value.kind() == document::Kind::float64) {
    if (std::floor(value.number()) != value.number()) return {to_json(decimal)};
    return {to_json(float64(value.number(), SLW_INTEGRAL)), to_json(decimal)};
  }
  if (document::compare_numbers(value, document::Value(decimal)) != 0) return {document::to_json(value)};
  return {document::to_json(value), to_json(decimal)};
}

// Every way to write one of `parts` behind every way to write what comes before.
bool append(std::vector<std::string>& ways, const std::string& before,
            const std::optional<std::vector<std::string>>& parts) {
  if (!parts || ways.size() * parts->size() > kMostSpellings) return false;
  std::vector<std::string> longer;
  for (const std::string& way : ways)
    for (const std::string& part : *parts) longer.push_back(way + before + part);
  ways = std::move(longer);
  return true;
}

}  // namespace

std::string json_string(std::string_view text) {
  PaddedBuffer out;
  append_json_string(text, out);
  return std::string(out.view());
}

Form form_of(document::Value value) {
  switch (value.kind()) {
    case document::Kind::null:
      return Form::null;
    case document::Kind::false_value:
      return Form::no;
    case document::Kind::true_value:
      return Form::yes;
    case document::Kind::int64:
    case document::Kind::uint64:
    case document::Kind::float64:
      return value.is_integer() ? Form::integer : Form::decimal;
    case document::Kind::string:
    case document::Kind::bytes:
      return Form::text;
    case document::Kind::array:
    case document::Kind::tensor:
      return Form::array;
    case document::Kind::object:
      break;
  }
  return Form::object;
}

std::optional<std::vector<std::string>> spellings(document::Value value) {
  if (value.is_number()) return number_spellings(value);
  if (!value.is_array() && !value.is_object()) return std::vector{document::to_json(value)};
  std::vector<std::string> ways{value.is_object() ? "{" : "["};
  for (std::uint32_t i = 0; i < value.size(); ++i) {
    std::string before = i == 0 ? "" : ",";
    if (value.is_object()) before += json_string(value.key(i)) + ":";
    if (!append(ways, before, spellings(value.is_object() ? value.member(i) : value.element(i))))
      return std::nullopt;
  }
  for (std::string& way : ways) way += value.is_object() ? "}" : "]";
  return ways;
}

namespace {

// The literals that can be written in that form, and each way to write them.
std::optional<std::vector<std::string>> spelled(document::Value literals, Form form) {
  std::vector<std::string> values;
  for (std::uint32_t i = 0; i < literals.size(); ++i) {
    const document::Value literal = literals.element(i);
    const bool number = form == Form::integer || form == Form::decimal;
    if (form_of(literal) != form && !(number && literal.is_number())) continue;
    const auto ways = spellings(literal);
    if (!ways) return std::nullopt;
    values.insert(values.end(), ways->begin(), ways->end());
  }
  return values;
}

std::optional<std::vector<std::string>> few_integers(const Bounds& bounds) {
  std::vector<std::string> values;
  if (none_within(bounds, Form::integer)) return values;
  if (!(bounds.low > -1e15 && bounds.high < 1e15) || bounds.int_high - bounds.int_low >= kFewIntegers)
    return std::nullopt;
  for (std::int64_t i = bounds.int_low; i <= bounds.int_high; ++i) values.push_back(std::to_string(i));
  return values;
}

}  // namespace

std::optional<std::vector<std::string>> few_values(const Versions& versions, const Terms& left, Form form) {
  using Values = std::vector<std::string>;
  if (const auto enumerated = versions.enumeration(left)) return spelled(*enumerated, form);
  switch (form) {
    case Form::null:
      return Values{"null"};
    case Form::no:
      return Values{"false"};
    case Form::yes:
      return Values{"true"};
    case Form::integer:
      return few_integers(number_facts(versions, left).bounds);
    case Form::decimal: {
      const Bounds bounds = number_facts(versions, left).bounds;
      return bounds.low == bounds.high ? std::optional(Values{to_json(float64(bounds.low))}) : std::nullopt;
    }
    case Form::text:
      return text_facts(versions, left).query.max_length == 0 ? std::optional(Values{"\"\""}) : std::nullopt;
    case Form::array:
      return array_facts(versions, left).most == 0 ? std::optional(Values{"[]"}) : std::nullopt;
    case Form::object:
      break;
  }
  return object_facts(versions, left).most == 0 ? std::optional(Values{"{}"}) : std::nullopt;
}

void Judge::look_at(const std::string& json) {
  document::Limits limits;
  limits.depth = document::Limits::kMostDepth;
  if (!document::read_json(json, document_, limits)) document_.clear();
}

Answer Judge::holds(Term term) const {
  if (document_.empty()) return Answer::unknown;
  const document::Value value = document_.root();
  if (term.part == Term::Part::presence)
    return value.find(versions_.program(term).names[versions_.dependency(term).name]) != nullptr ? Answer::yes
                                                                                                 : Answer::no;
  Validator validator(versions_.program(term));
  const bool accepted = validator.accepts(term.index, &value.get());
  if (validator.trouble() != Validator::Trouble::none) return Answer::unknown;
  return accepted ? Answer::yes : Answer::no;
}

Answer Judge::all_hold(const Terms& terms) const {
  Answer all = Answer::yes;
  for (const Term term : terms) {
    const Answer answer = holds(term);
    if (answer == Answer::no) return answer;
    if (answer == Answer::unknown) all = answer;
  }
  return all;
}

Answer Judge::some_hold(const Terms& terms) const {
  Answer some = Answer::no;
  for (const Term term : terms) {
    const Answer answer = holds(term);
    if (answer == Answer::yes) return answer;
    if (answer == Answer::unknown) some = answer;
  }
  return some;
}

}  // namespace slipway::schema
