#include "schema/samples.hpp"

#include <cmath>

#include "base/utf8.hpp"
#include "document/json_writer.hpp"
#include "schema/example_format.hpp"

namespace slipway::schema {
namespace {

constexpr std::uint32_t kMostSize = 10'000;  // of an array or object that is made
constexpr std::uint32_t kMostWays = 6;       // to write a text of one format
constexpr std::size_t kMostShapes = 16;      // of objects that have one of their optional members

// A number in that form; empty where it has none.
std::string number_text(double number, Form form) {
  slw_value value{};
  value.kind = SLW_FLOAT64;
  value.as.f64 = number;
  if (!std::isfinite(number)) return {};
  if (form == Form::integer) {
    if (std::floor(number) != number) return {};
    value.detail = SLW_INTEGRAL;
  }
  return document::to_json(document::Value(value));
}

double to_double(Decimal decimal) {
  return std::strtod((std::to_string(decimal.digits) + "e" + std::to_string(decimal.exponent)).c_str(),
                     nullptr);
}

// Numbers at and around `at`; of multiples, those next to it.
void around(double at, const std::vector<Decimal>& multiples, std::vector<double>& numbers) {
  if (!std::isfinite(at)) return;
  for (const double number : {at, at - 1, at + 1, at - 0.5, at + 0.5, std::floor(at), std::ceil(at),
                              std::nextafter(at, -HUGE_VAL), std::nextafter(at, HUGE_VAL)})
    numbers.push_back(number);
  for (const Decimal multiple : multiples) {
    const double of = to_double(multiple);
    const double times = std::floor(at / of);
    for (const double i : {times - 1, times, times + 1, times + 2}) numbers.push_back(i * of);
  }
}

}  // namespace

bool Samples::hold(const Terms& terms, const std::string& value) {
  judge_.look_at(value);
  return judge_.all_hold(terms) == Answer::yes;
}

bool Samples::refuses(Term term, const std::string& value) {
  judge_.look_at(value);
  return judge_.holds(term) == Answer::no;
}

bool Samples::is_of(Form form, const std::string& value) {
  judge_.look_at(value);
  return judge_.form() == form;
}

std::vector<std::string> Samples::values(const Terms& terms, Forms forms, std::size_t most) {
  Values found;
  if (depth_ == kMostDepth || ++steps_ > kMostSteps) return found;
  ++depth_;
  const Forms allowed = static_cast<Forms>(forms & versions_.forms(terms));
  for (const Form form : {Form::object, Form::array, Form::text, Form::integer, Form::decimal, Form::yes,
                          Form::no, Form::null}) {
    if (!has(allowed, form)) continue;
    for (std::string& value : candidates(terms, form)) {
      if (found.size() == most) break;
      if (std::find(found.begin(), found.end(), value) != found.end() || !hold(terms, value)) continue;
      if (judge_.form() == form) found.push_back(std::move(value));
    }
  }
  --depth_;
  return found;
}

std::optional<std::string> Samples::value(const Sequent& known) {
  const std::string key = known.left.key();
  if (const auto at = known_.find(key); at != known_.end()) return at->second;
  Values one = values(known.left, kAllForms, 1);
  const std::optional<std::string> value = one.empty() ? std::nullopt : std::optional(std::move(one[0]));
  if (value || depth_ == 0) known_.emplace(key, value);
  return value;
}

std::vector<std::string> Samples::candidates(const Terms& terms, Form form) {
  if (auto few = few_values(versions_, terms, form)) return std::move(*few);
  if (const auto split = versions_.find_split(terms)) {
    Values all;
    for (const Term branch : split->branches) {
      Sequent narrower{terms, {}};
      versions_.assume(narrower, branch);
      if (++steps_ > kMostSteps || !has(versions_.forms(narrower.left), form)) continue;
      for (std::string& value : candidates(narrower.left, form)) all.push_back(std::move(value));
    }
    return all;
  }
  switch (form) {
    case Form::integer:
    case Form::decimal:
      return numbers(terms, form, {});
    case Form::text:
      return texts(terms);
    case Form::array:
      return arrays(terms);
    case Form::object:
      return objects(terms);
    default:
      return {};
  }
}

std::vector<std::string> Samples::numbers(const Terms& terms, Form form, const NumberRules& near) {
  const NumberFacts facts = number_facts(versions_, terms);
  std::vector<Decimal> multiples = facts.multiples;
  if (!near.multiple_of.is_zero()) multiples.push_back(near.multiple_of);
  std::vector<double> numbers;
  if (near.has_minimum) around(slw_number(&near.minimum), multiples, numbers);
  if (near.has_maximum) around(slw_number(&near.maximum), multiples, numbers);
  around(0, multiples, numbers);
  around(facts.bounds.low, multiples, numbers);
  around(facts.bounds.high, multiples, numbers);
  Values values;
  for (const double number : numbers)
    if (std::string text = number_text(number, form); !text.empty()) values.push_back(std::move(text));
  if (form == Form::integer)
    for (const std::int64_t end : {facts.bounds.int_low, facts.bounds.int_high})
      values.push_back(std::to_string(end));
  return values;
}

std::vector<std::string> Samples::texts(const Terms& terms) {
  const TextFacts facts = text_facts(versions_, terms);
  Values values;
  Random random(0);
  for (const Format format : facts.formats)
    for (std::uint32_t way = 0; way < kMostWays; ++way)
      values.push_back(json_string(format_text(format, 0, way, random)));
  TextQuery query = facts.query;
  for (int i = 0; i < 4 && query.min_length <= query.max_length; ++i) {
    const TextAnswer answer = texts_.find(query);
    if (answer.outcome != TextAnswer::Outcome::found) break;
    values.push_back(json_string(answer.text));
    if (query.matching.empty()) values.push_back(json_string(std::string(answer.text.size(), 'b')));
    query.min_length = count_characters(answer.text) + 1;
  }
  return values;
}

std::vector<std::string> Samples::arrays(const Terms& terms) {
  const ArrayFacts facts = array_facts(versions_, terms);
  Values values;
  for (const std::uint32_t size : {facts.least, facts.least + 1}) {
    if (size == 0) {
      values.push_back("[]");
      continue;
    }
    for (const std::string& first : this->values(item_of(versions_, facts, 0).left, kAllForms, 3))
      if (auto made = array(terms, 0, first, size)) values.push_back(std::move(*made));
  }
  return values;
}

std::optional<std::string> Samples::array(const Terms& terms, std::uint32_t index, const std::string& item,
                                          std::uint32_t size, bool alike) {
  const ArrayFacts facts = array_facts(versions_, terms);
  size = std::max({size, facts.least, index + 1});
  if (size > kMostSize) return std::nullopt;
  Values items;
  for (std::uint32_t i = 0; i < size; ++i) {
    if (i == index || alike) {
      items.push_back(item);
      continue;
    }
    const Sequent known = item_of(versions_, facts, i);
    if (!facts.unique) {
      const auto other = value(known);
      if (!other) return std::nullopt;
      items.push_back(*other);
      continue;
    }
    const Values others = values(known.left, kAllForms, size + 1);
    const auto is_new = [&](const std::string& other) {
      return other != item && std::find(items.begin(), items.end(), other) == items.end();
    };
    const auto other = std::find_if(others.begin(), others.end(), is_new);
    if (other == others.end()) return std::nullopt;
    items.push_back(*other);
  }
  std::string array = "[";
  for (const std::string& one : items) array.append(array.size() == 1 ? "" : ",").append(one);
  array += "]";
  return hold(terms, array) ? std::optional(std::move(array)) : std::nullopt;
}

std::vector<std::string> Samples::objects(const Terms& terms) {
  Values values;
  if (auto least = object(terms, {}, 0)) values.push_back(std::move(*least));
  const ObjectFacts facts = object_facts(versions_, terms);
  std::map<std::string, std::string> members;
  for (const Term term : facts.terms) {
    const PropertyTable& properties = versions_.object(term)->properties;
    for (const Property& property : properties)
      if (members.size() < kMostSize) add_member(facts, std::string(properties.name(property)), members);
  }
  for (const auto& [name, member] : members) {
    if (values.size() == kMostShapes) break;
    if (auto one = object(terms, {{name, member}}, 0)) values.push_back(std::move(*one));
  }
  if (auto full = object(terms, members, 0)) values.push_back(std::move(*full));
  if (auto more = object(terms, {}, facts.least + 1)) values.push_back(std::move(*more));
  return values;
}

bool Samples::add_member(const ObjectFacts& facts, const std::string& name,
                         std::map<std::string, std::string>& members) {
  if (members.contains(name)) return true;
  const auto member = value(member_of(versions_, facts, name));
  if (member) members.emplace(name, *member);
  return member.has_value();
}

std::string Samples::join(const std::map<std::string, std::string>& members) const {
  std::string object = "{";
  for (const auto& [name, member] : members)
    object.append(object.size() == 1 ? "" : ",").append(json_string(name)).append(":").append(member);
  return object + "}";
}

std::optional<std::string> Samples::object(const Terms& terms,
                                           const std::map<std::string, std::string>& wanted,
                                           std::uint32_t size) {
  const ObjectFacts facts = object_facts(versions_, terms);
  std::map<std::string, std::string> members = wanted;
  for (const std::string_view name : facts.required)
    if (!add_member(facts, std::string(name), members)) return std::nullopt;
  size = std::max(size, facts.least);
  if (size > kMostSize) return std::nullopt;
  for (const Term term : facts.terms) {
    const PropertyTable& properties = versions_.object(term)->properties;
    for (const Property& property : properties)
      if (members.size() < size) add_member(facts, std::string(properties.name(property)), members);
  }
  // What one new name may not stand for, another hardly may: a closed object would use up all the steps.
  for (std::uint32_t i = 0; members.size() < size; ++i)
    if (!add_member(facts, "other" + std::to_string(i), members)) break;
  std::string object = join(members);
  return hold(terms, object) ? std::optional(std::move(object)) : std::nullopt;
}

}  // namespace slipway::schema
