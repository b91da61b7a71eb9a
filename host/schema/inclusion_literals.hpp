// Single values: what a schema allows where it allows only a few, and whether terms hold for one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/document.hpp"
#include "schema/inclusion_terms.hpp"

namespace slipway::schema {

std::string json_string(std::string_view text);

Form form_of(document::Value value);

// `value` as JSON in every way that a schema can tell apart: `1` equals `1.0`, but only one of them is an
// integer. Nothing where there are too many ways.
std::optional<std::vector<std::string>> spellings(document::Value value);

// The values of that form that the terms allow, as JSON, where these are so few that each can be tried.
std::optional<std::vector<std::string>> few_values(const Versions& versions, const Terms& left, Form form);

enum class Answer : std::uint8_t { no, yes, unknown };

// Judges values by the validators themselves.
class Judge {
 public:
  explicit Judge(const Versions& versions) : versions_(versions) {}

  void look_at(const std::string& json);
  Form form() const { return form_of(document_.root()); }
  // `unknown` where the validator gave up.
  Answer holds(Term term) const;
  Answer all_hold(const Terms& terms) const;
  Answer some_hold(const Terms& terms) const;

 private:
  const Versions& versions_;
  document::Document document_;
};

}  // namespace slipway::schema
