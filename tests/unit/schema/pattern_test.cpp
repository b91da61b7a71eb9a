// ECMA-262's notation: what it means here, and what is refused by name.
#include <catch2/catch.hpp>

#include <string>

#include "schema/pattern.hpp"

namespace slipway::schema {
namespace {

bool found(std::string_view pattern, std::string_view text) {
  const auto compiled = Pattern::compile(pattern);
  INFO(pattern << (compiled ? "" : ": " + compiled.error().message));
  REQUIRE(compiled);
  return compiled->matches(text);
}

std::string refusal(std::string_view pattern) {
  const auto compiled = Pattern::compile(pattern);
  return compiled ? "" : compiled.error().message;
}

}  // namespace

TEST_CASE("patterns mean what ECMA-262 says", "[schema]") {
  CHECK(found("b", "abc"));
  CHECK_FALSE(found("^b", "abc"));
  CHECK_FALSE(found("^abc$", "abc\n"));
  CHECK_FALSE(found("^a.c$", "a\nc"));
  CHECK_FALSE(found("^a.c$",
                    "a\xE2\x80\xA8"
                    "c"));
  CHECK(found("^a.c$",
              "a\xC2\x85"
              "c"));
  CHECK(found("^a[^]c$", "a\nc"));
  CHECK_FALSE(found("a[]", "a"));
  CHECK(found("^\\d\\w\\s$", "7_\xC2\xA0"));
  CHECK_FALSE(found("^\\d$", "\xD9\xA3"));
  CHECK(found("^\\D\\W\\S$", "a-b"));
  CHECK(found("^\\cA\\x41\\u0042\\u{43}\\0$", std::string_view("\x01"
                                                               "ABC\0",
                                                               5)));
  CHECK(found("^\\ud83d\\udc32$", "🐲"));
  CHECK(found("^[\\ud83d\\udc32]$", "🐲"));
  CHECK(found("^\\/\\.\\-\\@$", "/.-@"));
  CHECK(found("^[\\b]$", "\b"));
  CHECK(found("^[a\\-z]$", "-"));
  CHECK(found("^[\\d-x]$", "-"));
  CHECK(found("^a{2}$", "aa"));
  CHECK(found("^a{,2}$", "a{,2}"));
  CHECK(found("^{$", "{"));
  CHECK(found("^]}$", "]}"));
  CHECK(found("^(?:a|b)+?$", "ab"));
  CHECK(found("^(?<name>a)$", "a"));
  CHECK(found("\\bfoo\\b", "a foo."));
  CHECK_FALSE(found("\\bfoo\\b", "afoo"));
  CHECK_FALSE(found("\\B",
                    "a\xC3\xA9"
                    "b"));
  CHECK(found("^\\p{Lu}\\p{Letter}\\P{L}$", "\xC3\x89\xC3\xA9!"));
  CHECK(found("^\\p{Script=Greek}+$", "αβγ"));
  CHECK(found("^[\\p{L}\\d]+$", "é7"));
  CHECK(found("^[^\\p{L}]$", "7"));
  CHECK(found("", "anything"));
  CHECK(found("^$", ""));
  CHECK_FALSE(found("^$", "x"));
  CHECK(found("^.{0,64}$", std::string(64, 'x')));
  CHECK_FALSE(found("^.{0,64}$", std::string(65, 'x')));
}

TEST_CASE("what cannot be honoured is refused by name", "[schema]") {
  CHECK(refusal("a(?=b)") == "look-ahead (?=...) is not supported: it stands at character 2");
  CHECK(refusal("é(?!b)") == "look-ahead (?!...) is not supported: it stands at character 2");
  CHECK(refusal("(?<=a)b") == "look-behind (?<=...) is not supported: it stands at character 1");
  CHECK(refusal("(?<!a)b") == "look-behind (?<!...) is not supported: it stands at character 1");
  CHECK(refusal("(a)\\1") == "the back-reference \\1 is not supported: it stands at character 4");
  CHECK(refusal("(?<n>a)\\k<n>") == "the back-reference \\k is not supported: it stands at character 8");
  CHECK(refusal("(?i)a") ==
        "a group that begins with `(?i` is not part of ECMA-262: it stands at character 1");
  CHECK(refusal("(?é)a") ==
        "a group that begins with `(?` is not part of ECMA-262: it stands at character 1");
  CHECK(refusal("(a") == "`(` without its `)` at character 1");
  CHECK(refusal("a)") == "`)` without its `(` at character 2");
  CHECK(refusal("[a") == "`[` without its `]` at character 1");
  CHECK(refusal("*a") == "`*` has nothing to repeat: it stands at character 1");
  CHECK(refusal("a**") == "a quantifier of a quantifier stands at character 1");
  CHECK(refusal("a{2}{3}") == "a quantifier of a quantifier stands at character 1");
  CHECK(refusal("a{3,2}") == "a quantifier with its bounds the wrong way round stands at character 1");
  CHECK(refusal("a{1001}") == "a quantifier beyond 1000 repetitions stands at character 1");
  CHECK(refusal("[z-a]") == "a range with its ends the wrong way round stands at character 2");
  CHECK(refusal("\\a") == "the escape \\a is not part of ECMA-262: it stands at character 1");
  CHECK(refusal("\\Qa") == "the escape \\Q is not part of ECMA-262: it stands at character 1");
  CHECK(refusal("\\A") == "the escape \\A is not part of ECMA-262: it stands at character 1");
  CHECK(refusal("\\x4") == "\\x without two hexadecimal digits stands at character 1");
  CHECK(refusal("\\u12") == "\\u without four hexadecimal digits stands at character 1");
  CHECK(refusal("\\u{110000}") == "\\u{ without a character's number stands at character 1");
  CHECK(refusal("\\c1") == "\\c without a letter stands at character 1");
  CHECK(refusal("\\01") == "an octal escape is not part of ECMA-262: it stands at character 1");
  CHECK(refusal("a\\") == "a backslash with nothing behind it stands at character 2");
  CHECK(refusal("\\p{Nonsense}") ==
        "a Unicode property that is neither a general category nor a script stands at character 1");
  CHECK(refusal("\\p{Script=Klingon}") == "it asks for a Unicode script that RE2 does not know");
  CHECK(refusal("(a{1,100}){1,100}") ==
        "its quantifiers inside each other come to more than 1000 repetitions");
  CHECK(refusal("\\p{L}\\b") ==
        "\\b and \\B are supported in small patterns without Unicode properties only");
  CHECK(refusal(std::string(300, '(') + std::string(300, ')')) ==
        "more than 200 groups inside each other at character 201");
  CHECK(refusal(std::string(20'000, 'a')) == "it is longer than 16384 bytes");
}

TEST_CASE("the usual patterns need no RE2", "[schema]") {
  for (const char* const usual :
       {"^[^@ ]+@[^@ ]+[.][a-z]+$", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
        "^\\+?[0-9 ()-]{6,20}$", "^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$", "^https?://", "^\\S+$", "^.{1,64}$"}) {
    const auto compiled = Pattern::compile(usual);
    INFO(usual);
    REQUIRE(compiled);
    CHECK(compiled->is_automaton());
  }
}

}  // namespace slipway::schema
