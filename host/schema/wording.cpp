// Words that messages share.
#include "schema/wording.hpp"

#include <algorithm>
#include <array>

#include "document/json_writer.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kLongestShown = 64;  // bytes

}  // namespace

std::string_view kind_name(document::Value value) {
  switch (value.kind()) {
    case document::Kind::null:
      return "null";
    case document::Kind::false_value:
    case document::Kind::true_value:
      return "a boolean";
    case document::Kind::int64:
    case document::Kind::uint64:
      return "an integer";
    case document::Kind::float64:
      return value.is_integer() ? "an integer" : "a number";
    case document::Kind::string:
      return "a string";
    case document::Kind::bytes:
      return "bytes";
    case document::Kind::array:
    case document::Kind::tensor:
      return "an array";
    case document::Kind::object:
      return "an object";
  }
  return "a value";
}

std::string show(document::Value value) {
  const bool scalar = value.is_null() || value.is_boolean() || value.is_number();
  if (!scalar && !(value.is_string() && value.text().size() <= kLongestShown))
    return std::string(kind_name(value));
  return document::to_json(value);
}

std::string count_of(std::uint64_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " " + std::string(noun);
  if (count != 1) text += "s";
  return text;
}

std::string quoted(std::string_view text) {
  return std::string("`").append(text).append("`");
}

unsigned distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongest = 64;
  constexpr unsigned kFar = 4;
  if (a.size() > kLongest || b.size() > kLongest ||
      std::max(a.size(), b.size()) - std::min(a.size(), b.size()) >= kFar)
    return kFar;
  std::array<unsigned, kLongest + 1> row;
  for (unsigned i = 0; i <= b.size(); ++i) row[i] = i;
  for (unsigned i = 1; i <= a.size(); ++i) {
    unsigned diagonal = row[0];
    row[0] = i;
    for (unsigned j = 1; j <= b.size(); ++j) {
      const unsigned change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return std::min(row[b.size()], kFar);
}

void NearestWord::consider(std::string_view candidate) {
  const unsigned d = distance(word_, candidate);
  if (d < best_ && d < candidate.size()) best_ = d, nearest_ = candidate;
}

std::string NearestWord::suggestion() const {
  return nearest_.empty() ? "" : "; did you mean " + quoted(nearest_) + "?";
}

}  // namespace slipway::schema
