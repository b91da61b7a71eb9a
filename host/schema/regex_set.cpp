// Sets of characters.
#include <algorithm>
#include <array>
#include <utility>

#include "schema/regex.hpp"

namespace slipway::schema {
namespace {

constexpr std::uint32_t kSurrogates = 0xD800;
constexpr std::uint32_t kAfterSurrogates = 0xE000;

// Long names of general categories, and the few spellings that authors use for them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 40> kCategories{{
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Private_Use", "Co"},
    {"Surrogate", "Cs"},
}};

constexpr std::string_view kShortCategories[] = {"L",  "Ll", "Lu", "Lt", "Lm", "Lo", "M",  "Mn", "Mc",
                                                 "Me", "N",  "Nd", "Nl", "No", "P",  "Pc", "Pd", "Ps",
                                                 "Pe", "Pi", "Pf", "Po", "S",  "Sm", "Sc", "Sk", "So",
                                                 "Z",  "Zs", "Zl", "Zp", "C",  "Cc", "Cf", "Co", "Cs"};

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

}  // namespace

void CharacterSet::add(std::uint32_t low, std::uint32_t high) {
  if (low < kSurrogates && high >= kAfterSurrogates) {
    add(low, kSurrogates - 1);
    add(kAfterSurrogates, high);
    return;
  }
  if (low >= kSurrogates && low < kAfterSurrogates) low = kAfterSurrogates;
  if (high >= kSurrogates && high < kAfterSurrogates) high = kSurrogates - 1;
  if (low > high) return;
  auto at = std::find_if(ranges_.begin(), ranges_.end(), [&](const Range& r) { return r.high + 1 >= low; });
  while (at != ranges_.end() && at->low <= high + 1) {
    low = std::min(low, at->low);
    high = std::max(high, at->high);
    at = ranges_.erase(at);
  }
  ranges_.insert(at, {low, high});
}

void CharacterSet::add(const CharacterSet& other) {
  for (const Range& r : other.ranges_) add(r.low, r.high);
  properties_.insert(properties_.end(), other.properties_.begin(), other.properties_.end());
}

void CharacterSet::negate() {
  CharacterSet complement;
  std::uint32_t next = 0;
  for (const Range& r : ranges_) {
    if (r.low > next) complement.add(next, r.low - 1);
    next = r.high + 1;
  }
  if (next <= kLast) complement.add(next, kLast);
  ranges_ = std::move(complement.ranges_);
}

void CharacterSet::negate_lazily() {
  if (properties_.empty()) {
    negate();
  } else {
    negated_ = !negated_;
  }
}

bool CharacterSet::contains(std::uint32_t character) const {
  return contains(character, character);
}

bool CharacterSet::contains(std::uint32_t low, std::uint32_t high) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const Range& r) { return r.low <= low && r.high >= high; });
}

CharacterSet digits() {
  CharacterSet set;
  set.add('0', '9');
  return set;
}

CharacterSet word() {
  CharacterSet set = digits();
  set.add('A', 'Z');
  set.add('_', '_');
  set.add('a', 'z');
  return set;
}

CharacterSet white_space() {
  CharacterSet set;
  set.add('\t', '\r');
  set.add(' ', ' ');
  for (const std::uint32_t c : {0xA0u, 0x1680u, 0x2028u, 0x2029u, 0x202Fu, 0x205Fu, 0x3000u, 0xFEFFu})
    set.add(c, c);
  set.add(0x2000, 0x200A);
  return set;
}

CharacterSet any_but_line_ends() {
  CharacterSet set;
  set.add('\n', '\n');
  set.add('\r', '\r');
  set.add(0x2028, 0x2029);
  set.negate();
  return set;
}

std::string re2_property(std::string_view name, bool negated) {
  const std::string_view escape = negated ? "\\P{" : "\\p{";
  const auto with = [&](std::string_view re2_name) { return std::string(escape).append(re2_name) + "}"; };
  for (const std::string_view prefix : {"Script=", "sc="})
    if (name.starts_with(prefix))
      return is_name(name.substr(prefix.size())) ? with(name.substr(prefix.size())) : "";
  for (const std::string_view prefix : {"General_Category=", "gc="})
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  if (std::find(std::begin(kShortCategories), std::end(kShortCategories), name) != std::end(kShortCategories))
    return with(name);
  for (const auto& [longer, shorter] : kCategories)
    if (longer == name) return with(shorter);
  return "";
}

}  // namespace slipway::schema
