#include "model/difference.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/utf8.hpp"
#include "document/json_writer.hpp"
#include "document/pointer.hpp"
#include "schema/program.hpp"

namespace slipway::model {
namespace {

using document::Value;
using Schemas = std::span<const schema::Schema* const>;

constexpr std::size_t kMostShown = 200;  // bytes of a value in a message
constexpr const char* kSensitive = "a sensitive value";

bool has_sensitive_nodes(const schema::Schema& schema) {
  const std::vector<schema::Node>& nodes = schema.program().nodes;
  return std::any_of(nodes.begin(), nodes.end(), [](const schema::Node& node) { return node.sensitive; });
}

bool is_sensitive_in(Schemas schemas, std::string_view pointer) {
  return std::any_of(schemas.begin(), schemas.end(), [&](const schema::Schema* schema) {
    return schema != nullptr && schema->is_sensitive(pointer);
  });
}

std::string sentence_of(const Difference& difference) {
  return (difference.pointer.empty() ? "the response" : difference.pointer) + " should be " +
         difference.expected + ", but is " + difference.actual;
}

// Looks for the first difference. Where a schema calls anything sensitive, values that are, and objects and
// arrays that may hold some, are not repeated.
// "1e-09": a tolerance is a magnitude.
std::string short_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

class Comparison {
 public:
  using Found = std::optional<Difference>;

  Comparison(const Tolerance& tolerance, Schemas schemas) : tolerance_(tolerance) {
    for (const schema::Schema* const schema : schemas)
      if (schema != nullptr && has_sensitive_nodes(*schema)) sensitive_.push_back(schema);
  }

  Found compare(Value expected, Value actual) {
    if (expected.is_number() && actual.is_number()) return compare_numbers(expected, actual);
    if (expected.is_object() && actual.is_object()) return compare_members(expected, actual);
    if (expected.is_array() && actual.is_array()) return compare_elements(expected, actual);
    if (document::equal(expected, actual)) return std::nullopt;
    return found(shown(expected), shown(actual));
  }

 private:
  Found compare_numbers(Value expected, Value actual) {
    const double bound = tolerance_.absolute + tolerance_.relative * std::fabs(expected.number());
    if (bound > 0 ? std::fabs(actual.number() - expected.number()) <= bound
                  : document::equal(expected, actual))
      return std::nullopt;
    Difference difference = found(shown(expected), shown(actual));
    if (bound > 0 && !is_sensitive()) difference.sentence += " (tolerance " + short_text(bound) + ")";
    return difference;
  }

  Found compare_members(Value expected, Value actual) {
    const std::size_t here = pointer_.size();
    for (std::uint32_t i = 0; i < expected.size(); ++i) {
      document::append_token(pointer_, expected.key(i));
      const slw_value* const member = actual.find(expected.key(i));
      if (member == nullptr) return found(shown(expected.member(i)), "missing");
      if (Found inside = compare(expected.member(i), Value(member))) return inside;
      pointer_.resize(here);
    }
    for (std::uint32_t i = 0; i < actual.size(); ++i) {
      if (expected.find(actual.key(i)) != nullptr) continue;
      // Within a sensitive value a name may tell as much as what it names.
      if (is_sensitive()) {
        Difference difference = found(kSensitive, kSensitive);
        difference.sentence = place() + " has a member that should be absent";
        return difference;
      }
      document::append_token(pointer_, actual.key(i));
      return found("absent", shown(actual.member(i)));
    }
    return std::nullopt;
  }

  Found compare_elements(Value expected, Value actual) {
    if (expected.size() != actual.size())
      return found("an array of " + std::to_string(expected.size()),
                   "one of " + std::to_string(actual.size()));
    const std::size_t here = pointer_.size();
    for (std::uint32_t i = 0; i < expected.size(); ++i) {
      document::append_token(pointer_, i);
      if (Found inside = compare(expected.element(i), actual.element(i))) return inside;
      pointer_.resize(here);
    }
    return std::nullopt;
  }

  bool is_sensitive() const { return is_sensitive_in(sensitive_, pointer_); }

  std::string shown(Value value) const {
    if (is_sensitive()) return kSensitive;
    if (!sensitive_.empty() && value.is_object()) return "an object";
    if (!sensitive_.empty() && value.is_array()) return "an array";
    std::string json = document::to_json(value);
    if (json.size() > kMostShown) json = std::string(clip_utf8(json, kMostShown)) + "...";
    return json;
  }

  std::string place() const { return pointer_.empty() ? "the response" : pointer_; }
  Difference found(std::string expected, std::string actual) const {
    Difference difference{pointer_, std::move(expected), std::move(actual), {}};
    difference.sentence = sentence_of(difference);
    return difference;
  }

  const Tolerance& tolerance_;
  std::vector<const schema::Schema*> sensitive_;  // those that call anything sensitive
  std::string pointer_;
};

}  // namespace

std::optional<Difference> find_difference(Value expected, Value actual, const Tolerance& tolerance,
                                          Schemas schemas) {
  return Comparison(tolerance, schemas).compare(expected, actual);
}

std::string difference(Value expected, Value actual, const Tolerance& tolerance,
                       const schema::Schema* schema) {
  const schema::Schema* const schemas[] = {schema};
  std::optional<Difference> found = find_difference(expected, actual, tolerance, schemas);
  return found ? std::move(found->sentence) : std::string();
}

Difference without_sensitive_names(Difference difference, Schemas schemas) {
  std::string_view rest = difference.pointer;
  for (;;) {
    const std::size_t size = difference.pointer.size() - rest.size();
    if (is_sensitive_in(schemas, std::string_view(difference.pointer).substr(0, size))) {
      Difference whole{difference.pointer.substr(0, size), kSensitive, kSensitive, {}};
      whole.sentence = sentence_of(whole);
      return whole;
    }
    if (rest.empty()) return difference;
    document::take_token(rest);
  }
}

}  // namespace slipway::model
