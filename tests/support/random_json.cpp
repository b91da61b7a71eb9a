#include "random_json.hpp"

#include <algorithm>
#include <set>

namespace slipway::testing {
namespace {

constexpr const char* kNames[] = {"a", "b", "c", "d", "ab", "x1", "", "a/b~", "\"q\"", "é"};
constexpr std::size_t kAsciiNames = 9;
constexpr const char* kLetters[] = {"a", "b", "c", "x", "1", "0", " ", "é", "𝄞", "日"};
constexpr std::size_t kAsciiLetters = 7;
// No two of these are equal, so that equal values have equal texts.
constexpr const char* kFractionTexts[] = {
    "0.5", "0.1", "-0.5", "2.5", "1e-3", "1e300", "0.30000000000000004"};
constexpr const char* kLargeTexts[] = {
    "9007199254740992",     "9007199254740993",     "-9007199254740993",
    "9223372036854775807",  "-9223372036854775808", "9223372036854775808",
    "18446744073709551615", "18446744073709551616", "1000000000000000000000"};

constexpr PatternExample kPatterns[] = {
    {"^a", {"a", "ab", "a/b~", "abc"}},      {"b$", {"b", "ab", "bb", "xab"}},
    {"^[a-c]+$", {"a", "b", "ab", "cab"}},   {"^[0-9]{2}$", {"12", "07", "00", "99"}},
    {"(a|b)c", {"ac", "bc", "aacc", "bcb"}}, {"^x?1*$", {"", "x", "x1", "11"}},
    {"[^a]", {"b", "ab", "x1", "c"}},        {"^.{2,3}$", {"ab", "x1", "abc", "00"}},
};

constexpr FormatExample kFormats[] = {
    {"date-time", {"2018-11-13T20:20:39Z", "1996-12-19T16:39:57.5-08:00"}, "2018-11-13 20:20:39"},
    {"date", {"2020-02-29", "1999-12-31"}, "2019-02-29"},
    {"email", {"a@b.example", "first.last@b.example"}, "a@b@c"},
    {"hostname", {"a.example", "x1"}, "-a.example"},
    {"ipv4", {"127.0.0.1", "255.255.255.255"}, "256.0.0.1"},
    {"ipv6", {"::1", "2001:db8::ff00:42:8329"}, "1::2::3"},
    {"uri", {"http://a.example/b?c#d", "urn:x:y"}, "//a.example/b"},
    {"uuid", {"123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"}, "123e4567"},
};

}  // namespace

std::string_view RandomJson::name() {
  return kNames[below(has(kNonAscii) ? std::size(kNames) : kAsciiNames)];
}

std::string RandomJson::text() {
  if (has(kPattern) && one_in(4)) return pick(pattern().matching);
  if (has(kFormat) && one_in(8)) return one_in(2) ? format().valid[0] : format().invalid;
  std::string text;
  for (std::size_t left = below(5); left != 0; --left)
    text += kLetters[below(has(kNonAscii) ? std::size(kLetters) : kAsciiLetters)];
  return text;
}

std::string RandomJson::integer() {
  if (has(kLargeNumbers) && one_in(8)) return pick(kLargeTexts);
  return std::to_string(static_cast<int>(below(14)) - 3);
}

std::string RandomJson::number() {
  return has(kFractions) && one_in(3) ? pick(kFractionTexts) : integer();
}

const PatternExample& RandomJson::pattern() {
  return pick(kPatterns);
}

const FormatExample& RandomJson::format() {
  return pick(kFormats);
}

Json RandomJson::value(unsigned depth) {
  switch (below(depth == 0 ? 5 : 8)) {
    case 0:
      return one_in(3) ? Json::literal("null") : Json::boolean(one_in(2));
    case 1:
    case 2:
      return Json::string(text());
    case 3:
    case 4:
      return Json::literal(number());
    case 5: {
      Json array = Json::array();
      for (std::size_t left = below(4); left != 0; --left) array.children.push_back(value(depth - 1));
      return array;
    }
    default: {
      // In the order of the names, so that equal values have equal texts.
      std::set<std::string_view> names;
      for (std::size_t left = below(4); left != 0; --left) names.insert(name());
      Json object = Json::object();
      for (const std::string_view key : names) object.set(key, value(depth - 1));
      return object;
    }
  }
}

std::vector<Json> RandomJson::distinct_values(std::size_t count) {
  std::vector<Json> values;
  while (values.size() < count) {
    Json next = value(one_in(4) ? 2 : 0);
    if (std::find(values.begin(), values.end(), next) == values.end()) values.push_back(std::move(next));
  }
  return values;
}

}  // namespace slipway::testing
