#include "schema/example.hpp"

#include "document/json_writer.hpp"
#include "support.hpp"

namespace slipway::schema {
namespace {

std::string example_of(std::string_view schema, std::uint64_t seed = 0) {
  ExampleOptions options;
  options.seed = seed;
  const auto compiled = schema_of(schema);
  const Result<document::Document> found = example(*compiled, options);
  if (!found) return found.error().message;
  CHECK(compiled->accepts(found->root()));
  return document::to_json(found->root());
}

}  // namespace

TEST_CASE("the plain example is readable", "[schema]") {
  CHECK(example_of("{}") == "\"text\"");
  CHECK(example_of("type: integer") == "1");
  CHECK(example_of("type: integer\nminimum: 7\n") == "10");
  CHECK(example_of("type: number\nminimum: 0\nmaximum: 1\n") == "1");
  CHECK(
      example_of("type: number\nminimum: 0\nexclusiveMinimum: true\nmaximum: 1\nexclusiveMaximum: true\n") ==
      "0.5");
  CHECK(example_of("type: boolean") == "true");
  CHECK(example_of("type: 'null'") == "null");
  CHECK(example_of("type: array\nitems: {type: integer}\n") == "[1]");
  CHECK(example_of("enum: [slow, fast]") == "\"slow\"");
  CHECK(example_of("type: string\ndefault: north\n") == "\"north\"");
  CHECK(example_of("type: string\nmaxLength: 3\ndefault: north\n") == "\"tex\"");
  CHECK(example_of("type: object\nproperties: {b: {type: integer}, a: {type: string}}\n") ==
        R"({"b":1,"a":"text"})");
  CHECK(example_of("type: object\nadditionalProperties: {type: number}\n") == R"({"name":1})");
}

TEST_CASE("examples by keyword", "[schema]") {
  CHECK(example_of("type: string\nminLength: 7\n") == "\"textttt\"");
  CHECK(example_of("type: integer\nmultipleOf: 12\nminimum: 13\n") == "24");
  CHECK(example_of("type: number\nmultipleOf: 0.3\nminimum: 1\n") == "1.2");
  CHECK(example_of("type: integer\nminimum: 18446744073709551615\n") == "18446744073709551615");
  CHECK(example_of("type: array\nuniqueItems: true\nminItems: 2\nitems: {enum: [a, b]}\n") == R"(["a","b"])");
  CHECK(example_of("type: array\nitems: [{type: string}, {type: integer}]\nadditionalItems: false\n") ==
        R"(["text",1])");
  CHECK(example_of("type: object\nminProperties: 2\n") == R"({"name":"text","name2":"text"})");
  CHECK(example_of("type: object\nminProperties: 1\nadditionalProperties: false\npatternProperties: {'^x-': "
                   "{type: integer}}\n") == R"({"x-":1})");
  CHECK(example_of("type: object\nproperties: {a: {}}\ndependencies: {a: [b]}\n") ==
        R"({"a":"text","b":"text"})");
  CHECK(example_of("type: object\nproperties: {a: {}}\ndependencies: {a: {required: [b], properties: {b: "
                   "{type: integer}}}}\n") == R"({"a":"text","b":1})");
  CHECK(example_of("allOf: [{type: integer, minimum: 3}, {maximum: 4}]") == "3");
  CHECK(example_of("not: {type: string}") == "1");
  CHECK(example_of("oneOf: [{type: integer}, {minimum: 1}]") == "0");
  CHECK(example_of("type: object\nproperties: {a: {}, b: {}}\noneOf: [{required: [a]}, {required: [b]}]\n") ==
        R"({"a":"text"})");
}

TEST_CASE("texts of formats and patterns", "[schema]") {
  CHECK(example_of("type: string\nformat: date-time\n") == "\"2024-01-31T12:30:00Z\"");
  CHECK(example_of("type: string\nformat: email\nminLength: 40\n").size() == 42);
  CHECK(example_of("type: string\nformat: uri\nmaxLength: 2\n") == "\"a:\"");
  CHECK(example_of("type: string\npattern: '^[0-9]{4}-[0-9]{2}$'\n") == "\"1111-11\"");
  CHECK(example_of("type: string\npattern: '^[^@ ]+@[^@ ]+[.][a-z]+$'\nminLength: 12\n").size() >= 14);
  CHECK(example_of("type: string\npattern: 'b'\nminLength: 3\n") == "\"bbb\"");
  CHECK(example_of("type: string\npattern: '^(long branch|x)$'\nmaxLength: 3\n") == "\"x\"");
  CHECK(example_of("type: string\npattern: '^\\p{Lu}{2}$'\n") == "\"AA\"");
  CHECK(example_of("allOf: [{pattern: '^a'}, {pattern: 'b$'}]\ntype: string\nmaxLength: 2\n") ==
        "no example was found for the schema: no text was found that matches `^a` and `b$` and satisfies all "
        "else that is asked of it");
}

TEST_CASE("a recursion ends as soon as it can", "[schema]") {
  CHECK(example_of("type: object\nproperties: {value: {type: integer}, next: {$ref: '#'}}\n") ==
        R"({"value":1})");
  CHECK(example_of(
            "type: object\nrequired: [next]\nproperties: {next: {oneOf: [{$ref: '#'}, {type: 'null'}]}}\n") ==
        R"({"next":{"next":null}})");
  CHECK(example_of("type: [object, 'null']\nrequired: [next]\nproperties: {next: {$ref: '#'}}\n") ==
        R"({"next":null})");
  const std::string endless = example_of("type: object\nrequired: [next]\nproperties: {next: {$ref: '#'}}\n");
  CHECK(endless.find("arrays and objects inside each other") != std::string::npos);
}

TEST_CASE("what cannot be satisfied is named", "[schema]") {
  CHECK(example_of(
            "type: object\nrequired: [a]\nproperties: {a: {allOf: [{type: string}, {type: integer}]}}\n") ==
        "no example was found for /properties/a: no value can be all that is asked of it");
  CHECK(example_of("not: {}") != "");
  CHECK(example_of("type: string\nminLength: 4000000000\n") ==
        "no example was found for the schema: a text would need more than 100000 characters");
  CHECK(example_of("type: array\nminItems: 4000000000\n") ==
        "no example was found for the schema: it needs more than 10000 values");
}

TEST_CASE("an example has a size that can be shown", "[schema]") {
  CHECK(example_of("type: array\nminItems: 9999\nitems: {type: integer}\n").size() == 19'999);
  CHECK(example_of("type: array\nminItems: 2\nitems: {type: array, minItems: 9000, items: {}}\n") ==
        "no example was found for the schema: it needs more than 10000 values");
}

TEST_CASE("a member is invented under another name where the first one cannot be filled", "[schema]") {
  // "ac" would have to be a number and a string.
  CHECK(
      example_of("type: object\nminProperties: 2\npatternProperties: {'(a|b)c': {type: number}, '^a': {type: "
                 "string, minLength: 3}}\nadditionalProperties: {type: boolean}\n")
          .starts_with("{"));
  // With `a` come more members than there may be.
  CHECK(example_of("type: object\nrequired: [b]\nminProperties: 2\nmaxProperties: 2\nproperties: {a: {type: "
                   "string}}\ndependencies: {a: [c, d]}\nadditionalProperties: {type: integer}\n")
            .starts_with("{\"b\":1,"));
}

TEST_CASE("objects whose members multiply leave steps for plainer kinds", "[schema]") {
  std::string schema = "minProperties: 1\nadditionalProperties:\n  allOf:\n";
  for (int i = 0; i < 18; ++i) schema += "    - oneOf: [{}, {}]\n";
  CHECK(example_of(schema) == "\"text\"");
}

TEST_CASE("a recursion with several items ends, whatever the seed", "[schema]") {
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    CHECK(example_of("type: array\nitems: [{$ref: '#'}, {$ref: '#'}, {$ref: '#'}]\n", seed).starts_with("["));
}

TEST_CASE("different integers are found in the widest range", "[schema]") {
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    CHECK(
        example_of("type: array\nminItems: 9\nuniqueItems: true\nitems: {type: integer, minimum: 1, maximum: "
                   "1.0e+300}\n",
                   seed)
            .starts_with("["));
}

TEST_CASE("a search that multiplies is given up", "[schema]") {
  std::string schema = "allOf:\n";
  for (int i = 0; i < 60; ++i) schema += "  - anyOf: [{type: integer}, {type: number}]\n";
  schema += "  - not: {type: number}\n";
  CHECK(example_of(schema).find("given up after 100000 steps") != std::string::npos);
}

TEST_CASE("a seed gives the same example each time, and seeds differ", "[schema]") {
  const char* const schema =
      "type: object\nproperties: {a: {type: string}, b: {type: number}, c: {type: array, items: {type: "
      "integer}}}\n";
  std::vector<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string once = example_of(schema, seed);
    CHECK(once == example_of(schema, seed));
    if (std::find(seen.begin(), seen.end(), once) == seen.end()) seen.push_back(once);
  }
  CHECK(seen.size() >= 15);
}

}  // namespace slipway::schema
