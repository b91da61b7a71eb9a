#include "authoring/mistakes.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "document/json_writer.hpp"
#include "document/pointer.hpp"
#include "schema/program.hpp"

namespace slipway::authoring {
namespace {

using document::Json;
using namespace std::string_literals;

constexpr std::size_t kMostPlaces = 200;     // of one document
constexpr std::size_t kMostNumbers = 60;     // that are tried at one place
constexpr std::size_t kHuge = 100'000;       // characters
constexpr std::size_t kLong = 1'000;         // elements
constexpr std::size_t kLongBytes = 1 << 20;  // of an array that is made long
constexpr const char* kExtra = "unexpectedMember";

const std::vector<std::string> kNumbers = {"0",
                                           "-0.0",
                                           "-1",
                                           "1",
                                           "0.1",
                                           "1e308",
                                           "-1e308",
                                           "5e-324",
                                           "1000000",
                                           "2147483648",
                                           "9007199254740993",
                                           "18446744073709551615"};

// Built where they are asked for: one is large.
std::string text_variant(std::uint32_t variant) {
  switch (variant) {
    case 0:
      return "";
    case 1:
      return " ";
    case 2:
      return std::string(kHuge, 'a');
    case 3:
      return "NaN";
    default:
      return "-1";
  }
}
constexpr std::uint32_t kTexts = 5;

const std::vector<std::string> kOddTexts = {
    "e\xCC\x81\xCC\x81\xCC\x81",                                     // an e under three combining accents
    "\xF0\x9D\x92\xB3\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",  // beyond the basic plane, joined
    "\xE2\x80\xAE"
    "abc \xD7\x90\xD7\x91 \xD8\xA7",  // right to left
    "a\0b"s,                          // NUL within
    "\xEF\xBB\xBF"
    "a",                         // a byte order mark
    "\xEF\xBF\xBF\xEF\xB7\x90",  // no characters
    "\xC3\x9F\xC4\xB0\xC7\x85",  // whose cases differ in length
    "a\r\n\tb\x7F"};

const std::vector<std::string> kDates = {"2024-02-30", "31-12-2024", "12/31/2024", "0000-00-00",
                                         "9999-12-31", "2023-13-01", "1900-02-29", "2024-01-01T25:61:00Z"};

const Json kOtherTypes[] = {Json::string("text"), Json::literal("7"), Json::boolean(true), Json::array(),
                            Json::object()};

// Alike for what "another type" means.
bool same_type(const Json& a, const Json& b) {
  return a.kind == b.kind && a.is_number() == b.is_number();
}

// YYYY-MM-DD, with whatever follows.
bool looks_like_a_date(const Json& value) {
  const std::string& text = value.text;
  if (!value.is_string() || text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  return std::all_of(text.begin(), text.begin() + 4, [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::vector<std::uint32_t> dates_in(const Json& object) {
  std::vector<std::uint32_t> dates;
  for (std::uint32_t i = 0; i < object.children.size(); ++i)
    if (looks_like_a_date(object.children[i])) dates.push_back(i);
  return dates;
}

struct Place {
  const Json* value;
  std::vector<std::uint32_t> path;
  bool is_member;
};

void collect(const Json& value, std::vector<std::uint32_t>& path, bool is_member,
             std::vector<Place>& places) {
  places.push_back({&value, path, is_member});
  for (std::uint32_t i = 0; i < value.children.size(); ++i) {
    path.push_back(i);
    collect(value.children[i], path, value.is_object(), places);
    path.pop_back();
  }
}

Json& child_at(Json& document, const std::vector<std::uint32_t>& path, std::size_t depth) {
  Json* at = &document;
  for (std::size_t i = 0; i < depth; ++i) at = &at->children[path[i]];
  return *at;
}

}  // namespace

std::string_view to_text(MistakeKind kind) {
  constexpr std::string_view kNames[kMistakeKinds] = {
      "missing member", "null",       "wrong type",      "extra member",     "number",
      "text",           "odd text",   "wrong date",      "swapped dates",    "empty array",
      "one element",    "long array", "repeated member", "number too large", "lone surrogate"};
  return kNames[static_cast<std::size_t>(kind)];
}

Mistakes::Mistakes(const schema::Schema& request) : numbers_(kNumbers) {
  const auto add = [&](const slw_value& bound) {
    for (const double step : {0.0, -1.0, 1.0}) {
      slw_value number = bound;
      if (step != 0) {
        number.kind = SLW_FLOAT64;
        number.as.f64 = slw_number(&bound) + step;
      }
      std::string text = document::to_json(document::Value(number));
      if (text.ends_with(".0")) text.resize(text.size() - 2);
      if (numbers_.size() < kMostNumbers &&
          std::find(numbers_.begin(), numbers_.end(), text) == numbers_.end())
        numbers_.push_back(std::move(text));
    }
  };
  for (const schema::NumberRules& rules : request.program().numbers) {
    if (rules.has_minimum) add(rules.minimum);
    if (rules.has_maximum) add(rules.maximum);
  }
}

std::vector<Mistake> Mistakes::find(const Json& document, Random& random) const {
  std::vector<Place> places;
  std::vector<std::uint32_t> path;
  collect(document, path, false, places);
  for (std::size_t i = places.size(); i > 1 && places.size() > kMostPlaces; --i)
    std::swap(places[i - 1], places[random.below(i)]);
  places.resize(std::min(places.size(), kMostPlaces));
  std::vector<Mistake> found;
  for (const Place& place : places) find_at(*place.value, place.path, place.is_member, found);
  return found;
}

void Mistakes::find_at(const Json& value, const std::vector<std::uint32_t>& path, bool is_member,
                       std::vector<Mistake>& found) const {
  const auto add = [&](MistakeKind kind, std::size_t variants = 1) {
    for (std::uint32_t i = 0; i < variants; ++i) found.push_back({kind, i, path});
  };
  if (is_member) {
    add(MistakeKind::missing_member);
    add(MistakeKind::repeated_member);
  }
  if (value.text != "null" || value.kind != Json::Kind::literal) add(MistakeKind::null_value);
  for (std::uint32_t i = 0; i < std::size(kOtherTypes); ++i)
    if (!same_type(value, kOtherTypes[i])) found.push_back({MistakeKind::wrong_type, i, path});
  if (value.is_number()) {
    add(MistakeKind::number, numbers_.size());
    add(MistakeKind::number_too_large);
  }
  if (value.is_string()) {
    add(MistakeKind::text, kTexts);
    add(MistakeKind::odd_text, kOddTexts.size());
    add(MistakeKind::lone_surrogate);
    if (looks_like_a_date(value)) add(MistakeKind::date, kDates.size());
  }
  if (value.is_object()) {
    add(MistakeKind::extra_member);
    if (dates_in(value).size() > 1) add(MistakeKind::swapped_dates);
  }
  if (value.is_array()) {
    add(MistakeKind::empty_array);
    if (!value.children.empty()) {
      add(MistakeKind::one_element);
      add(MistakeKind::long_array);
    }
  }
}

// All but what is done to the value's container.
void Mistakes::change(Json& value, const Mistake& mistake) const {
  switch (mistake.kind) {
    case MistakeKind::null_value:
      value = Json();
      break;
    case MistakeKind::wrong_type:
      value = kOtherTypes[mistake.variant];
      break;
    case MistakeKind::extra_member:
      value.set(kExtra, Json::literal("1"));
      break;
    case MistakeKind::number:
      value.text = numbers_[mistake.variant];
      break;
    case MistakeKind::text:
      value.text = text_variant(mistake.variant);
      break;
    case MistakeKind::odd_text:
      value.text = kOddTexts[mistake.variant];
      break;
    case MistakeKind::date:
      value.text = kDates[mistake.variant];
      break;
    case MistakeKind::swapped_dates: {
      const std::vector<std::uint32_t> dates = dates_in(value);
      std::swap(value.children[dates.front()], value.children[dates.back()]);
      break;
    }
    case MistakeKind::empty_array:
      value.children.clear();
      break;
    case MistakeKind::one_element:
      value.children.resize(1);
      break;
    case MistakeKind::long_array: {
      const std::size_t bytes = value.to_text().size();
      const std::vector<Json> elements = value.children;
      while (value.children.size() < kLong && value.children.size() * bytes < kLongBytes * elements.size())
        value.children.push_back(elements[value.children.size() % elements.size()]);
      break;
    }
    case MistakeKind::number_too_large:
      value.text = "1e400";
      break;
    case MistakeKind::lone_surrogate:
      value = Json::literal("\"\\ud800\"");
      break;
    case MistakeKind::missing_member:
    case MistakeKind::repeated_member:
      break;
  }
}

Json Mistakes::changed(const Json& document, const Mistake& mistake) const {
  Json whole = document;
  if (mistake.kind != MistakeKind::missing_member && mistake.kind != MistakeKind::repeated_member) {
    change(child_at(whole, mistake.path, mistake.path.size()), mistake);
    return whole;
  }
  Json& container = child_at(whole, mistake.path, mistake.path.size() - 1);
  const std::uint32_t at = mistake.path.back();
  if (mistake.kind == MistakeKind::missing_member) {
    container.erase(at);
  } else {
    container.keys.push_back(container.keys[at]);
    container.children.push_back(container.children[at]);
  }
  return whole;
}

std::string Mistakes::pointer(const Json& document, const Mistake& mistake) {
  std::string pointer;
  const Json* at = &document;
  for (const std::uint32_t child : mistake.path) {
    if (at->is_object())
      document::append_token(pointer, at->keys[child]);
    else
      document::append_token(pointer, child);
    at = &at->children[child];
  }
  if (mistake.kind == MistakeKind::extra_member) document::append_token(pointer, kExtra);
  return pointer;
}

}  // namespace slipway::authoring
