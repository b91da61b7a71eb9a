#include "authoring/same_answer.hpp"

#include <algorithm>
#include <cstdlib>

#include "document/json_reader.hpp"
#include "model/difference.hpp"

namespace slipway::authoring {
namespace {

using document::Json;

constexpr std::size_t kMostDigits = 15;  // that a double holds for certain

bool is_plain_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() <= kMostDigits && text != "0" && text.find_first_not_of("0123456789") == text.npos;
}

std::string respelled(const std::string& number) {
  if (is_plain_integer(number)) return number + ".0";
  const bool integral =
      number.ends_with(".0") && is_plain_integer(std::string_view(number).substr(0, number.size() - 2));
  return integral ? number.substr(0, number.size() - 2) : number;
}

}  // namespace

std::string_view to_text(Respelling respelling) {
  return respelling == Respelling::reordered_members ? "reordered members" : "numbers written otherwise";
}

Json respell(const Json& document, Respelling respelling) {
  Json other = document;
  for (Json& child : other.children) child = respell(child, respelling);
  if (respelling == Respelling::reordered_members && other.is_object()) {
    std::reverse(other.keys.begin(), other.keys.end());
    std::reverse(other.children.begin(), other.children.end());
  }
  if (respelling == Respelling::equal_numbers && other.is_number()) other.text = respelled(other.text);
  return other;
}

SameAnswer compare_answers(TestedModel& model, const Json& request, Respelling respelling) {
  const Json other = respell(request, respelling);
  if (other == request) return {};
  const Answer first = model.ask(request.to_text());
  const Answer second = model.ask(other.to_text());
  if (first.outcome != model::Outcome::answered || second.outcome != model::Outcome::answered) return {};
  if (first.text == second.text) return {true, {}};
  if (model.ask(request.to_text()).text != first.text) return {};
  document::Document expected;
  document::Document actual;
  if (!document::read_json(first.text, expected) || !document::read_json(second.text, actual)) return {};
  return {true, model::difference(expected.root(), actual.root(), {})};
}

}  // namespace slipway::authoring
