// One compiled regular expression of a schema.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "schema/automaton.hpp"

namespace re2 {
class RE2;
}

namespace slipway::schema {

// Linear in the text, whatever the pattern. Thread-safe. A small pattern is a table walk that allocates
// nothing and takes no lock; RE2, which does both for a moment, keeps the others.
class Pattern {
 public:
  static constexpr std::size_t kMostBytes = 16'384;  // of one pattern's text

  // `source` is an ECMA-262 expression, not anchored. The error says which construct cannot be kept.
  static Result<Pattern> compile(std::string_view source);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  // Whether the expression is found in `text`, which is valid UTF-8.
  bool matches(std::string_view text) const {
    return automaton_ ? automaton_->matches(text) : matches_by_re2(text);
  }

  const std::string& source() const { return source_; }
  // What keeping it costs: instructions of RE2, or states.
  std::size_t cost() const { return cost_; }
  bool is_automaton() const { return automaton_.has_value(); }
  const Automaton& automaton() const { return *automaton_; }  // only of one that is

 private:
  Pattern() = default;
  bool matches_by_re2(std::string_view text) const;

  std::string source_;
  std::optional<Automaton> automaton_;
  std::unique_ptr<re2::RE2> re2_;
  std::size_t cost_ = 0;
};

}  // namespace slipway::schema
