// Chooses between the automaton and RE2.
#include "schema/pattern.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace slipway::schema {
namespace {

bool asks_for_boundaries(const Regex& regex) {
  return std::any_of(regex.nodes.begin(), regex.nodes.end(), [](const RegexNode& node) {
    return node.kind == RegexNode::Kind::word_boundary || node.kind == RegexNode::Kind::no_word_boundary;
  });
}

Result<std::unique_ptr<re2::RE2>> make_re2(const Regex& regex) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  auto compiled = std::make_unique<re2::RE2>(to_re2(regex), options);
  if (compiled->ok()) return compiled;
  switch (compiled->error_code()) {
    case re2::RE2::ErrorPatternTooLarge:
      return Error(Code::unsupported, "it is too large when its repetitions are written out");
    case re2::RE2::ErrorRepeatSize:
      return Error(Code::unsupported, "its quantifiers inside each other come to more than 1000 repetitions");
    case re2::RE2::ErrorBadCharRange:
      return Error(Code::unsupported, "it asks for a Unicode script that RE2 does not know");
    default:
      return Error(Code::unsupported, "RE2 says: " + compiled->error());
  }
}

}  // namespace

Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::compile(std::string_view source) {
  if (source.size() > kMostBytes)
    return Error(Code::limit_exceeded, "it is longer than " + std::to_string(kMostBytes) + " bytes");
  Result<Regex> regex = parse_regex(source);
  if (!regex) return std::move(regex).error();
  Pattern pattern;
  pattern.source_ = source;
  pattern.automaton_ = Automaton::build(*regex);
  if (pattern.automaton_) {
    pattern.cost_ = pattern.automaton_->states();
    return pattern;
  }
  // RE2 looks for boundaries of words between bytes, even within a character.
  if (asks_for_boundaries(*regex))
    return Error(Code::unsupported,
                 "\\b and \\B are supported in small patterns without Unicode properties only");
  Result<std::unique_ptr<re2::RE2>> compiled = make_re2(*regex);
  if (!compiled) return std::move(compiled).error();
  pattern.re2_ = std::move(*compiled);
  pattern.cost_ = static_cast<std::size_t>(std::max(pattern.re2_->ProgramSize(), 1));
  return pattern;
}

bool Pattern::matches_by_re2(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *re2_);
}

}  // namespace slipway::schema
