// Schemas and documents made to exhaust the host: compiled or refused, accepted or refused, but soon.
#include "support.hpp"

namespace slipway::schema {
namespace {

// d0: anyOf [d1, d1], d1: anyOf [d2, d2], ...: 2^depth ways to the last.
std::string doubling(unsigned depth, std::string_view keyword, std::string_view last) {
  std::string text = "{$ref: '#/definitions/d0', definitions: {";
  for (unsigned i = 0; i < depth; ++i) {
    const std::string next = "{$ref: '#/definitions/d" + std::to_string(i + 1) + "'}";
    text += "d" + std::to_string(i) + ": {" + std::string(keyword) + ": [" + next + ", " + next + "]}, ";
  }
  return text + "d" + std::to_string(depth) + ": " + std::string(last) + "}}";
}

}  // namespace

TEST_CASE("alternatives that multiply on one value are answered exactly", "[schema]") {
  for (const char* const keyword : {"anyOf", "allOf", "oneOf"}) {
    INFO(keyword);
    const auto schema = schema_of(doubling(40, keyword, "{type: string}"));
    CHECK(accepts(*schema, "\"x\"") == (std::string(keyword) != "oneOf"));
    CHECK_FALSE(accepts(*schema, "7"));
    CHECK_FALSE(accepts(*schema, "{\"a\":[1,2,3]}"));
  }
  const auto items =
      schema_of("{items: {$ref: '#/definitions/d0'}, " + doubling(40, "anyOf", "{maximum: 5}").substr(27));
  CHECK(accepts(*items, "[1,2,3]"));
  CHECK_FALSE(accepts(*items, "[1,2,3,9]"));
  CHECK_FALSE(accepts(*items, "[1.5,7.5]"));
  CHECK_FALSE(accepts(*items, "[[],7]"));
}

TEST_CASE("alternatives that multiply along the depth of a document are answered exactly", "[schema]") {
  const auto schema = schema_of(
      "{anyOf: [{type: integer}, {type: object, properties: {x: {$ref: '#'}}}, {type: object, properties: "
      "{x: {$ref: '#'}}}]}");
  std::string good = "7", bad = "\"s\"";
  for (int i = 0; i < 60; ++i) {
    good = "{\"x\":" + good + "}";
    bad = "{\"x\":" + bad + "}";
  }
  CHECK(accepts(*schema, good));
  CHECK_FALSE(accepts(*schema, bad));
}

TEST_CASE("a check that takes too long is refused, and says so", "[schema]") {
  CompileOptions options;
  options.limits.steps = 1000;
  std::string branches;
  for (int i = 0; i < 200; ++i)
    branches += "{properties: {x" + std::to_string(i) + ": {$ref: '#'}}, not: {required: [y" +
                std::to_string(i) + "]}}, ";
  const auto schema =
      schema_of("{patternProperties: {a: {$ref: '#'}, '^a': {$ref: '#'}, 'a$': {$ref: '#'}}, oneOf: [" +
                    branches + "{type: string}, {type: string}]}",
                options);
  std::string text = "\"s\"";
  for (int i = 0; i < 40; ++i) text = "{\"a\":" + text + "}";
  const auto document = json(text);
  CHECK_FALSE(schema->accepts(document.root()));
  const auto reasons = schema->explain(document.root());
  REQUIRE_FALSE(reasons.empty());
}

TEST_CASE("many legitimate alternatives on a large document are no reason to refuse it", "[schema]") {
  const auto schema = schema_of(
      "{items: {$ref: '#/definitions/p'}, definitions: {n: {type: number}, p: {oneOf: [{properties: {a: "
      "{$ref: '#/definitions/n'}}, required: [a]}, "
      "{properties: {b: {$ref: '#/definitions/n'}}, required: [b]}, {properties: {c: {$ref: "
      "'#/definitions/n'}}, required: [c]}]}}}");
  std::string text = "[";
  for (int i = 0; i < 200'000; ++i) text += "{\"c\":1},";
  CHECK(accepts(*schema, text + "{\"a\":1}]"));
  CHECK_FALSE(accepts(*schema, text + "{\"d\":1}]"));
}

TEST_CASE("schemas that are too deep, too long a chain or too many are refused", "[schema]") {
  CHECK(errors_of(doubling(70, "allOf", "{type: string}")).size() == 1);
  std::string deep, end;
  for (int i = 0; i < 300; ++i) {
    deep += "{\"items\":{\"properties\":{\"a\":";
    end += "}}}";
  }
  const document::Document nested = json(deep + "{}" + end);
  const Compilation compiled = compile(nested.root(), document::SourceMap("s.json"));
  REQUIRE(compiled.errors.size() == 1);
  CHECK(compiled.errors[0].text() == "s.json: schemas nest deeper than 500");
  std::string deeper(20'000, '[');
  CHECK(errors_of(deeper + std::string(20'000, ']')).size() == 1);
  CompileOptions options;
  options.limits.subschemas = 100;
  std::string many = "properties: {";
  for (int i = 0; i < 200; ++i) many += "p" + std::to_string(i) + ": {},";
  const Lines too_many = errors_of(many + "}", options);
  REQUIRE_FALSE(too_many.empty());
  CHECK(too_many.back().find("more than 100 schemas") != std::string::npos);
}

TEST_CASE("a large schema is compiled", "[schema]") {
  std::string many = "{\"properties\":{";
  for (int i = 0; i < 20'000; ++i)
    many += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) +
            "\":{\"type\":\"integer\",\"minimum\":" + std::to_string(i) + "}";
  const auto schema = schema_of(many + "}}");
  CHECK(accepts(*schema, "{\"p19999\":19999}"));
  CHECK_FALSE(accepts(*schema, "{\"p19999\":19998}"));
}

TEST_CASE("a long chain of references costs no stack", "[schema]") {
  std::string text = "{$ref: '#/definitions/d0', definitions: {";
  for (int i = 0; i < 20'000; ++i)
    text += "d" + std::to_string(i) + ": {properties: {a: {$ref: '#/definitions/d" + std::to_string(i + 1) +
            "'}}},";
  const auto schema = schema_of(text + "d20000: {type: string}}}");
  CHECK(accepts(*schema, "{\"a\":{\"a\":1}}"));
}

TEST_CASE("patterns are bounded together", "[schema]") {
  CompileOptions options;
  options.limits.pattern_program = 3000;
  const Lines errors = errors_of(
      "{allOf: [{pattern: '^\\p{L}{1,9}$'}, {pattern: '^\\p{L}{1,8}$'}, {pattern: '^\\p{L}{1,7}$'}]}",
      options);
  REQUIRE_FALSE(errors.empty());
  CHECK(errors[0].ends_with("the patterns of this schema are too large together"));
}

TEST_CASE("documents as deep as they may be are checked", "[schema]") {
  const auto schema = schema_of("{items: {$ref: '#'}, allOf: [{allOf: [{not: {type: string}}]}]}");
  const std::string deep = std::string(900, '[');
  CHECK(accepts(*schema, deep + std::string(900, ']')));
  CHECK_FALSE(accepts(*schema, deep + "\"x\"" + std::string(900, ']')));
  // Nine combinations at each level come to more nesting than a stack should take: refused, not crashed.
  const auto chained = schema_of(
      "{items: {$ref: '#'}, allOf: [{allOf: [{allOf: [{allOf: [{allOf: [{allOf: [{items: {$ref: "
      "'#'}}]}]}]}]}]}]}");
  const auto document = json(deep + std::string(900, ']'));
  if (!chained->accepts(document.root())) CHECK_FALSE(chained->explain(document.root()).empty());
}

}  // namespace slipway::schema
