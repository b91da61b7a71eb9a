#include "model/semver.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::model {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

bool parse_identifiers(std::string_view text, bool numbers_canonical, std::vector<std::string>& out) {
  for (bool more = true; more;) {
    more = text.find('.') != std::string_view::npos;
    const std::string_view part = take_until(text, '.');
    if (!is_identifier(part) || (numbers_canonical && is_number(part) && part.size() > 1 && part[0] == '0'))
      return false;
    out.emplace_back(part);
  }
  return true;
}

// Numbers by value (they have no leading zeros, so a longer one is larger), below names; names by their
// bytes.
std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const bool numeric = is_number(a);
  if (numeric != is_number(b)) return numeric ? std::strong_ordering::less : std::strong_ordering::greater;
  if (numeric && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace

Result<SemanticVersion> SemanticVersion::parse(std::string_view text) {
  const Error refused(Code::invalid_argument,
                      "\"" + std::string(text.substr(0, 100)) +
                          "\" is no semantic version such as 1.2.0 or 2.0.0-rc.1 (see semver.org)");
  SemanticVersion version;
  version.text_ = text;
  const std::size_t build = text.find('+');
  std::vector<std::string> metadata;
  if (build != std::string_view::npos && !parse_identifiers(text.substr(build + 1), false, metadata))
    return refused;
  std::string_view core = text.substr(0, build);
  const std::size_t dash = core.find('-');
  if (dash != std::string_view::npos && !parse_identifiers(core.substr(dash + 1), true, version.prerelease_))
    return refused;
  core = core.substr(0, dash);
  if (std::count(core.begin(), core.end(), '.') != 2) return refused;
  for (std::uint64_t& number : version.numbers_) {
    const std::string_view part = take_until(core, '.');
    if (!is_number(part) || (part.size() > 1 && part[0] == '0')) return refused;
    if (std::from_chars(part.data(), part.data() + part.size(), number).ec != std::errc()) return refused;
  }
  return version;
}

std::strong_ordering operator<=>(const SemanticVersion& a, const SemanticVersion& b) {
  for (int i = 0; i < 3; ++i)
    if (const auto order = a.numbers_[i] <=> b.numbers_[i]; order != 0) return order;
  if (a.is_prerelease() != b.is_prerelease())
    return a.is_prerelease() ? std::strong_ordering::less : std::strong_ordering::greater;
  return std::lexicographical_compare_three_way(a.prerelease_.begin(), a.prerelease_.end(),
                                                b.prerelease_.begin(), b.prerelease_.end(),
                                                compare_identifiers);
}

}  // namespace slipway::model
