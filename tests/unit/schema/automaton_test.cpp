// The automaton against RE2, on random expressions and texts: they must never disagree.
#include <re2/re2.h>
#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

#include "schema/automaton.hpp"
#include "schema/regex.hpp"

namespace slipway::schema {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned end) { return static_cast<unsigned>(engine_() % end); }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(static_cast<unsigned>(choices.size()))];
  }

 private:
  std::mt19937 engine_;
};

const std::vector<std::string> kAtoms{"a",
                                      "b",
                                      "c",
                                      "-",
                                      "[ab]",
                                      "[^a]",
                                      "[a-c]",
                                      ".",
                                      "\\d",
                                      "\\w",
                                      "\\s",
                                      "\\S",
                                      "é",
                                      "[é-ü]",
                                      "[^é]",
                                      "日",
                                      "[日本]",
                                      "[^]",
                                      "🐲",
                                      "[α-ω]",
                                      "^",
                                      "$",
                                      "[a-c日-本]",
                                      "\\W",
                                      "[\\u0080-\\uffff]",
                                      "[^ab\\n]",
                                      "\\D",
                                      "[\\u{800}-\\u{10ffff}]"};
const std::vector<std::string> kQuantifiers{"",  "",    "",      "",     "*",     "+",
                                            "?", "{2}", "{0,2}", "{1,}", "{0,3}", "*?"};
const std::vector<std::string> kLetters{"a",
                                        "b",
                                        "c",
                                        "d",
                                        "-",
                                        "7",
                                        " ",
                                        "\n",
                                        "é",
                                        "ü",
                                        "ÿ",
                                        "日",
                                        "本",
                                        "🐲",
                                        "α",
                                        "\xE2\x80\xA8",
                                        "\x7F",
                                        "\xEF\xBF\xBF",
                                        "\xF4\x8F\xBF\xBF"};

std::string expression(Random& random, unsigned depth) {
  std::string made;
  for (unsigned i = 0, terms = 1 + random.below(4); i < terms; ++i) {
    const unsigned form = random.below(depth == 0 ? 6 : 10);
    if (form < 6)
      made += random.one_of(kAtoms);
    else if (form < 8)
      made += "(" + expression(random, depth - 1) + ")";
    else
      made += "(?:" + expression(random, depth - 1) + "|" + expression(random, depth - 1) + ")";
    made += random.one_of(kQuantifiers);
  }
  return made;
}

std::string text(Random& random) {
  std::string made;
  for (unsigned i = 0, size = random.below(9); i < size; ++i) made += random.one_of(kLetters);
  return made;
}

}  // namespace

// Under a sanitizer fewer: the code that is compared is the same, and the oracle takes most of the time.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned kExpressions = 300;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr unsigned kExpressions = 300;
#else
constexpr unsigned kExpressions = 6000;
#endif
#else
constexpr unsigned kExpressions = 6000;
#endif

TEST_CASE("the automaton and RE2 agree on random expressions and texts", "[schema]") {
  Random random(20181113);
  re2::RE2::Options options;
  options.set_log_errors(false);
  unsigned automata = 0;
  unsigned matched = 0;
  unsigned compared = 0;
  for (unsigned i = 0; i < kExpressions; ++i) {
    const std::string pattern = expression(random, 2);
    const auto regex = parse_regex(pattern);
    INFO(pattern);
    REQUIRE(regex);
    const auto automaton = Automaton::build(*regex);
    const re2::RE2 oracle(to_re2(*regex), options);
    if (!automaton || !oracle.ok()) continue;
    ++automata;
    for (unsigned j = 0; j < 40; ++j) {
      const std::string subject = text(random);
      const bool expected = re2::RE2::PartialMatch(subject, oracle);
      ++compared;
      matched += expected ? 1 : 0;
      if (automaton->matches(subject) != expected) {
        INFO("on " << subject << ", as RE2 " << to_re2(*regex));
        CHECK(automaton->matches(subject) == expected);
      }
    }
  }
  CHECK(automata > kExpressions * 5 / 6);
  CHECK(matched > compared / 10);
  CHECK(matched < compared * 9 / 10);
}

TEST_CASE("boundaries of words agree with RE2 on ASCII", "[schema]") {
  Random random(4711);
  const std::vector<std::string> atoms{"a", "b", "-", "\\b", "\\B", ".", "\\w", "\\W", "^", "$", "[^a]"};
  for (unsigned i = 0; i < 3000; ++i) {
    std::string pattern;
    for (unsigned j = 0, terms = 1 + random.below(5); j < terms; ++j)
      pattern += random.one_of(atoms) + (random.below(3) == 0 ? "*" : "");
    const auto regex = parse_regex(pattern);
    INFO(pattern);
    REQUIRE(regex);
    const auto automaton = Automaton::build(*regex);
    const re2::RE2 oracle(to_re2(*regex), re2::RE2::Quiet);
    if (!oracle.ok()) continue;
    REQUIRE(automaton);
    for (unsigned j = 0; j < 30; ++j) {
      std::string subject;
      for (unsigned k = 0, size = random.below(6); k < size; ++k) subject += "ab- "[random.below(4)];
      INFO("on " << subject);
      CHECK(automaton->matches(subject) == re2::RE2::PartialMatch(subject, oracle));
    }
  }
}

TEST_CASE("every character falls into exactly its own set", "[schema]") {
  const auto regex = parse_regex(
      "^[\\u0000-\\u0041\\u00e9\\u0800-\\u0fff\\ud7ff\\ue000-\\ue0ff\\u{10000}-\\u{1ffff}\\u{10ffff}]$");
  REQUIRE(regex);
  const auto automaton = Automaton::build(*regex);
  REQUIRE(automaton);
  const CharacterSet& set = regex->sets[0];
  for (std::uint32_t c = 0; c <= CharacterSet::kLast; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string utf8;
    if (c < 0x80) {
      utf8 += static_cast<char>(c);
    } else if (c < 0x800) {
      utf8 += static_cast<char>(0xC0 | c >> 6);
      utf8 += static_cast<char>(0x80 | (c & 63));
    } else if (c < 0x10000) {
      utf8 += static_cast<char>(0xE0 | c >> 12);
      utf8 += static_cast<char>(0x80 | (c >> 6 & 63));
      utf8 += static_cast<char>(0x80 | (c & 63));
    } else {
      utf8 += static_cast<char>(0xF0 | c >> 18);
      utf8 += static_cast<char>(0x80 | (c >> 12 & 63));
      utf8 += static_cast<char>(0x80 | (c >> 6 & 63));
      utf8 += static_cast<char>(0x80 | (c & 63));
    }
    if (automaton->matches(utf8) != set.contains(c)) {
      INFO(c);
      CHECK(automaton->matches(utf8) == set.contains(c));
    }
  }
}

TEST_CASE("an automaton that would be large is not built", "[schema]") {
  const auto regex = parse_regex("(a|b)*a(a|b){20}$");
  REQUIRE(regex);
  CHECK_FALSE(Automaton::build(*regex));
}

}  // namespace slipway::schema
