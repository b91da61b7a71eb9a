#include "schema/example_text.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "schema/example_format.hpp"

namespace slipway::schema {
namespace {

constexpr std::string_view kPlain = "text";
constexpr std::uint32_t kVariedLength = 12;  // characters above the least

}  // namespace

TextSearch::TextSearch(const Demand& demand, bool varied, Random& random)
    : demand_(demand), varied_(varied), random_(random) {
  for (const std::uint32_t pattern : demand.patterns)
    if (Result<Regex> regex = parse_regex(demand.program->patterns[pattern].source()))
      patterns_.emplace_back(std::move(*regex));
}

std::optional<std::string> TextSearch::next() {
  while (tries_ < kMostTries) {
    const std::uint32_t tries = tries_++;
    // Ways 0 and 1 are the readable and the shortest one, all others vary.
    const std::uint32_t way = varied_ ? (tries + 2) % kMostTries : tries;
    std::string text = guess(way);
    if (accepts(text)) return text;
    text = lengthened(std::move(text));
    if (accepts(text)) return text;
  }
  return std::nullopt;
}

std::string TextSearch::guess(std::uint32_t way) {
  // With several patterns and formats each has its turn; whether the others agree is seen afterwards.
  const std::size_t sources = patterns_.size() + demand_.formats.size();
  if (sources == 0) return plain(way);
  const std::size_t turn = way % sources;
  const auto of_source = static_cast<std::uint32_t>(way / sources);
  if (turn >= patterns_.size())
    return format_text(demand_.formats[turn - patterns_.size()], demand_.min_length, of_source, random_);
  const auto how = of_source == 0   ? PatternText::Way::first
                   : of_source == 1 ? PatternText::Way::shortest
                                    : PatternText::Way::varied;
  // Every other varied text leaves the length to chance.
  const std::uint32_t wanted = of_source % 2 == 0 ? demand_.min_length : 0;
  return patterns_[turn].make(how, wanted, way, random_);
}

std::string TextSearch::plain(std::uint32_t way) {
  std::string text(kPlain);
  if (way >= 2) {
    text.clear();
    const std::uint32_t least = std::min(demand_.min_length, demand_.max_length);
    const std::uint32_t room = std::min(demand_.max_length - least, kVariedLength);
    for (std::uint64_t left = least + random_.below(room + 1u); left > 0; --left)
      text += static_cast<char>(random_.one_in(6) ? ' ' : 'a' + random_.below(26));
  }
  if (text.size() > demand_.max_length) text.resize(demand_.max_length);
  return text;
}

// Where a pattern is not anchored, more of the same may follow.
std::string TextSearch::lengthened(std::string text) const {
  const std::size_t length = count_characters(text);
  const bool repeatable = !text.empty() && static_cast<unsigned char>(text.back()) < 0x80;
  if (length < demand_.min_length) text.append(demand_.min_length - length, repeatable ? text.back() : 'a');
  return text;
}

bool TextSearch::accepts(const std::string& text) const {
  const std::size_t length = count_characters(text);
  return length >= demand_.min_length && length <= demand_.max_length &&
         std::all_of(demand_.formats.begin(), demand_.formats.end(),
                     [&](Format format) { return has_format(format, text); }) &&
         std::all_of(demand_.patterns.begin(), demand_.patterns.end(),
                     [&](std::uint32_t pattern) { return demand_.program->patterns[pattern].matches(text); });
}

}  // namespace slipway::schema
