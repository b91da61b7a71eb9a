#include "authoring/judgement.hpp"

#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "schema/program.hpp"

namespace slipway::authoring {
namespace {

// Keywords that speak of a value as a whole because of what is in it.
constexpr std::array<std::string_view, 7> kAboutTheWhole = {
    "enum", "dependencies", "minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems"};

bool is_within(std::string_view pointer, std::string_view around) {
  return pointer.starts_with(around) && (pointer.size() == around.size() || pointer[around.size()] == '/');
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Fault wrong_response(const Answer& answer) {
  if (answer.violations.empty())
    return {"response" + without_digits(answer.text),
            "is answered 500: " + answer.text + (answer.pointer.empty() ? "" : ", at " + answer.pointer)};
  const schema::Violation& first = answer.violations.front();
  return {"response " + first.keyword + without_digits(first.pointer),
          "is answered with a response that breaks its schema: " +
              (first.pointer.empty() ? "the whole of it" : first.pointer) + " " + first.message};
}

bool has_alternatives(const schema::Schema& schema) {
  const std::vector<schema::Logic>& logics = schema.program().logics;
  return std::any_of(logics.begin(), logics.end(), [](const schema::Logic& each) {
    return each.any_of.count != 0 || each.one_of.count != 0 || each.negated != schema::kNone;
  });
}

bool names_place(const Answer& answer, std::string_view pointer, const schema::Schema& request) {
  return std::any_of(answer.violations.begin(), answer.violations.end(), [&](const schema::Violation& each) {
    if (is_within(each.pointer, pointer)) return true;
    if (!is_within(pointer, each.pointer)) return false;
    // Of what is sensitive, names are not repeated.
    return request.is_sensitive(each.pointer) ||
           std::find(kAboutTheWhole.begin(), kAboutTheWhole.end(), each.keyword) != kAboutTheWhole.end();
  });
}

}  // namespace

std::string without_digits(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c < '0' || c > '9') out += c;
  return out;
}

std::optional<Fault> judge(const Answer& answer, Nanoseconds timeout) {
  if (answer.survival == Survival::crashed)
    return Fault{"crash " + first_line(answer.text), answer.text, true};
  if (answer.survival == Survival::hung)
    return Fault{"hang",
                 "is not answered: the model did not return within " +
                     format_duration(timeout + TestedModel::kPatience) + ", and its process was ended",
                 true};
  switch (answer.outcome) {
    case model::Outcome::answered:
    case model::Outcome::malformed:
    case model::Outcome::invalid_request:
    case model::Outcome::refused_by_model:
      return std::nullopt;
    case model::Outcome::invalid_response:
      return wrong_response(answer);
    default: {
      const std::string status = std::to_string(model::http_status(answer.outcome));
      return Fault{"status " + status + without_digits(first_line(answer.text)),
                   "is answered " + status + ": " + answer.text};
    }
  }
}

std::optional<Fault> judge_refusal(const Answer& answer, MistakeKind mistake, std::string_view pointer,
                                   const schema::Schema& request) {
  const bool malformed = answer.outcome == model::Outcome::malformed;
  if (breaks_json(mistake) && !malformed)
    return Fault{"json", "is no JSON that may be accepted, but is not refused with 400", false, false};
  if (malformed && !breaks_json(mistake))
    return Fault{"json", "is JSON, but is refused with 400: " + answer.text, false, false};
  if (answer.outcome != model::Outcome::invalid_request || has_alternatives(request) ||
      names_place(answer, pointer, request))
    return std::nullopt;
  const schema::Violation& first = answer.violations.front();
  return Fault{"pointer", "is refused at another place, " + first.pointer + ": " + first.message, false,
               false};
}

}  // namespace slipway::authoring
