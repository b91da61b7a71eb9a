// Every keyword of draft-04, without the official suite.
#include "support.hpp"

namespace slipway::schema {

TEST_CASE("type: each name allows its own kind only", "[schema]") {
  const std::vector<std::pair<std::string, std::string>> samples{{"null", "null"},     {"boolean", "true"},
                                                                 {"integer", "7"},     {"string", "\"x\""},
                                                                 {"array", "[\"x\"]"}, {"object", "{}"}};
  for (const auto& [type, own] : samples)
    for (const auto& [other, value] : samples) {
      INFO(type << " and " << value);
      CHECK(accepts("type: '" + type + "'", value) == (type == other));
    }
  CHECK(accepts("type: number", "1"));
  CHECK(accepts("type: number", "1.5"));
  CHECK(accepts("type: array", "[1,2]"));
  CHECK(accepts("type: [string, 'null']", "null"));
  CHECK_FALSE(accepts("type: [string, 'null']", "1"));
}

TEST_CASE("type: 1.0 is no integer in draft-04, an integer of any size is", "[schema]") {
  CHECK_FALSE(accepts("type: integer", "1.0"));
  CHECK_FALSE(accepts("type: integer", "1e2"));
  CHECK(accepts("type: integer", "18446744073709551615"));
  CHECK(accepts("type: integer", "123456789012345678901234567890"));
  CHECK(accepts("type: [integer, number]", "1.5"));
  CHECK(accepts("type: [number, integer]", "1.5"));
}

TEST_CASE("enum compares by value", "[schema]") {
  CHECK(accepts("enum: [1, a, null, [1, {b: 2}], {c: [0.5]}]", "1.0"));
  CHECK(accepts("enum: [1, a, null, [1, {b: 2}], {c: [0.5]}]", "[1,{\"b\":2}]"));
  CHECK(accepts("enum: [1, a, null, [1, {b: 2}], {c: [0.5]}]", "{\"c\":[0.5]}"));
  CHECK_FALSE(accepts("enum: [1, a, null, [1, {b: 2}], {c: [0.5]}]", "true"));
  CHECK_FALSE(accepts("enum: [1, a]", "\"b\""));
  std::string many = "enum: [";
  for (int i = 0; i < 1000; ++i) many += "v" + std::to_string(i) + ",";
  const auto schema = schema_of(many + "7, [1, 2]]");
  CHECK(accepts(*schema, "\"v999\""));
  CHECK(accepts(*schema, "7.0"));
  CHECK(accepts(*schema, "[1,2.0]"));
  CHECK_FALSE(accepts(*schema, "\"v1000\""));
}

TEST_CASE("lengths count characters", "[schema]") {
  CHECK(accepts("{minLength: 2, maxLength: 3}", "\"éé\""));
  CHECK_FALSE(accepts("{minLength: 2}", "\"é\""));
  CHECK(accepts("{minLength: 1}", "\"🐲\""));
  CHECK_FALSE(accepts("{minLength: 2}", "\"🐲\""));
  CHECK(accepts("{maxLength: 2}", "\"🐲🐲\""));
  CHECK_FALSE(accepts("{maxLength: 2}", "\"🐲🐲🐲\""));
  CHECK_FALSE(accepts("{maxLength: 0}", "\"a\""));
  CHECK(accepts("{maxLength: 0}", "\"\""));
  CHECK(accepts("{minLength: 3, maxLength: 3}", "7"));
}

TEST_CASE("pattern is searched for, not anchored", "[schema]") {
  CHECK(accepts("pattern: b+", "\"abc\""));
  CHECK_FALSE(accepts("pattern: ^b+", "\"abc\""));
  CHECK(accepts("pattern: ^b", "1"));
}

TEST_CASE("bounds of numbers, exclusive and not, whatever the number's form", "[schema]") {
  CHECK(accepts("minimum: 1.5", "2"));
  CHECK_FALSE(accepts("minimum: 1.5", "1"));
  CHECK(accepts("{minimum: 3}", "3.0"));
  CHECK_FALSE(accepts("{minimum: 3, exclusiveMinimum: true}", "3.0"));
  CHECK_FALSE(accepts("{minimum: 3, exclusiveMinimum: true}", "3"));
  CHECK(accepts("{minimum: 3, exclusiveMinimum: true}", "3.0000000000000004"));
  CHECK(accepts("{maximum: 3, exclusiveMaximum: false}", "3"));
  CHECK_FALSE(accepts("{maximum: 3, exclusiveMaximum: true}", "3"));
  CHECK(accepts("maximum: 9007199254740993", "9007199254740993"));
  CHECK_FALSE(accepts("maximum: 9007199254740993", "9007199254740994"));
  CHECK_FALSE(accepts("{maximum: 9007199254740993}", "9007199254740994.0"));
  CHECK(accepts("minimum: 18446744073709551615", "18446744073709551615"));
  CHECK_FALSE(accepts("minimum: 18446744073709551615", "18446744073709551614"));
  CHECK_FALSE(accepts("minimum: 18446744073709551615", "1"));
  CHECK_FALSE(accepts("maximum: -1", "18446744073709551615"));
  CHECK_FALSE(accepts("minimum: 1e30", "7"));
  CHECK(accepts("maximum: 1e30", "18446744073709551615"));
  CHECK_FALSE(accepts("maximum: -1e30", "-9223372036854775808"));
  CHECK(accepts("minimum: 0", "-0"));
  CHECK(accepts("minimum: 0", "-0.0"));
}

TEST_CASE("multipleOf is decimal and exact", "[schema]") {
  CHECK(accepts("multipleOf: 0.01", "19.99"));
  CHECK(accepts("multipleOf: 0.1", "0.3"));
  CHECK_FALSE(accepts("multipleOf: 0.1", "0.35"));
  CHECK(accepts("multipleOf: 3", "9007199254740993"));
  CHECK_FALSE(accepts("multipleOf: 2", "9007199254740993"));
  CHECK(accepts("multipleOf: 7", "1.4e1"));
  CHECK(accepts("multipleOf: 0.5", "1e308"));
  CHECK_FALSE(accepts("multipleOf: 7", "1e308"));
  CHECK(accepts("multipleOf: 1e-300", "1e300"));
  CHECK_FALSE(accepts("multipleOf: 1e300", "1e-300"));
  CHECK(accepts("multipleOf: 10", "-20"));
  CHECK(accepts("multipleOf: 10", "0"));
  CHECK_FALSE(accepts("multipleOf: 10", "25"));
}

TEST_CASE("items: one schema, a list, and additionalItems", "[schema]") {
  CHECK_FALSE(accepts("items: {type: string}", "[\"a\",1]"));
  CHECK_FALSE(accepts("items: {type: string}", "[1,2]"));
  CHECK(accepts("items: {type: string}", "[]"));
  const char* const tuple = "{items: [{type: string}, {type: integer}], additionalItems: {type: boolean}}";
  CHECK(accepts(tuple, "[\"a\"]"));
  CHECK(accepts(tuple, "[\"a\",1,true]"));
  CHECK_FALSE(accepts(tuple, "[\"a\",1,2]"));
  CHECK_FALSE(accepts(tuple, "[1]"));
  CHECK(accepts("{items: [{}, {}], additionalItems: false}", "[1,2]"));
  CHECK_FALSE(accepts("{items: [{}, {}], additionalItems: false}", "[1,2,3]"));
}

TEST_CASE("packed arrays of numbers are checked without nodes", "[schema]") {
  const auto unit = schema_of("items: {type: number, minimum: 0, maximum: 1}");
  CHECK(accepts(*unit, "[0.1,0.9,1,0]"));
  CHECK_FALSE(accepts(*unit, "[0.1,1.1]"));
  CHECK_FALSE(accepts(*unit, "[0,2]"));
  const auto whole = schema_of("items: {type: integer, maximum: 5}");
  CHECK(accepts(*whole, "[1,2,5]"));
  CHECK_FALSE(accepts(*whole, "[1,2,6]"));
  CHECK_FALSE(accepts(*whole, "[1,2.5]"));
  CHECK_FALSE(accepts(*whole, "[1,2.0]"));
  CHECK_FALSE(accepts("items: {type: string}", "[1.5]"));
  CHECK(accepts("items: {type: string}", "[]"));
  CHECK(accepts("items: {enum: [1, 2]}", "[1,2.0,1]"));
  CHECK_FALSE(accepts("items: {enum: [1, 2]}", "[1,3]"));
  CHECK(accepts("items: {multipleOf: 0.5}", "[1,1.5]"));
  CHECK_FALSE(accepts("items: {multipleOf: 0.5}", "[1,1.6]"));
  CHECK(accepts("items: [{maximum: 1}, {maximum: 9}]", "[1,9,100]"));
  CHECK_FALSE(accepts("items: [{maximum: 1}, {maximum: 9}]", "[1,10]"));
}

TEST_CASE("counts of items and members", "[schema]") {
  CHECK(accepts("{minItems: 1, maxItems: 2}", "[1,2]"));
  CHECK_FALSE(accepts("{minItems: 1}", "[]"));
  CHECK_FALSE(accepts("{maxItems: 2}", "[1,2,3]"));
  CHECK(accepts("{minProperties: 1, maxProperties: 2}", "{\"a\":1}"));
  CHECK_FALSE(accepts("minProperties: 1", "{}"));
  CHECK_FALSE(accepts("maxProperties: 1", "{\"a\":1,\"b\":2}"));
}

TEST_CASE("uniqueItems", "[schema]") {
  const auto unique = schema_of("uniqueItems: true");
  CHECK(accepts(*unique, "[1,2,3]"));
  CHECK_FALSE(accepts(*unique, "[1,2,1]"));
  CHECK_FALSE(accepts(*unique, "[1,2,1.0]"));
  CHECK_FALSE(accepts(*unique, "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1.0}]"));
  CHECK(accepts(*unique, "[[1,2],[2,1],\"x\",null,true,1,{}]"));
  CHECK_FALSE(accepts(*unique, "[[1],[1.0]]"));
  for (const unsigned count : {100u, 1000u, 50'000u}) {
    std::string numbers = "[", texts = "[";
    for (unsigned i = 0; i < count; ++i) {
      numbers += std::to_string(i) + ",";
      texts += "\"" + std::to_string(i) + "\",";
    }
    CHECK(accepts(*unique, numbers + "0.5]"));
    CHECK_FALSE(accepts(*unique, numbers + "17]"));
    CHECK_FALSE(accepts(*unique, numbers + "17.0]"));
    CHECK(accepts(*unique, texts + "1]"));
    CHECK_FALSE(accepts(*unique, texts + "\"17\"]"));
  }
  CHECK(accepts("uniqueItems: false", "[1,1]"));
}

TEST_CASE("members: properties, patternProperties, additionalProperties, required", "[schema]") {
  const char* const schema =
      "{properties: {a: {type: integer}, ab: {}}, patternProperties: {'^a': {minimum: 5}}, "
      "additionalProperties: {type: string}}";
  CHECK(accepts(schema, "{\"a\":5,\"ab\":6,\"abc\":7,\"x\":\"y\"}"));
  CHECK_FALSE(accepts(schema, "{\"a\":4}"));
  CHECK_FALSE(accepts(schema, "{\"a\":5.5}"));
  CHECK_FALSE(accepts(schema, "{\"ab\":1}"));
  CHECK_FALSE(accepts(schema, "{\"abc\":1}"));
  CHECK_FALSE(accepts(schema, "{\"x\":1}"));
  CHECK(accepts("{properties: {a: {}}, additionalProperties: false}", "{\"a\":1}"));
  CHECK_FALSE(accepts("{properties: {a: {}}, additionalProperties: false}", "{\"b\":1}"));
  CHECK(accepts("{properties: {a: {}}}", "{\"b\":1}"));
  CHECK(accepts("required: [a, b]", "{\"b\":1,\"c\":2,\"a\":3}"));
  CHECK_FALSE(accepts("required: [a, b]", "{\"b\":1,\"c\":2}"));
  CHECK(accepts("required: [a]", "[]"));
}

TEST_CASE("wide objects: every count of required members up to and beyond what the bits hold", "[schema]") {
  for (const unsigned count : {1u, 16u, 17u, 63u, 64u, 65u, 128u, 1000u, 1024u, 1025u, 3000u}) {
    std::string names, members;
    for (unsigned i = 0; i < count; ++i) {
      const std::string name = "member-" + std::to_string(i);
      names += (i == 0 ? "" : ", ") + name;
      members += (i == 0 ? "\"" : ",\"") + name + "\":" + std::to_string(i);
    }
    const auto schema = schema_of("required: [" + names + "]");
    INFO(count);
    CHECK(accepts(*schema, "{" + members + "}"));
    CHECK(accepts(*schema, "{\"other\":1," + members + "}"));
    const std::size_t last = members.rfind(',');
    if (last != std::string::npos)
      CHECK_FALSE(accepts(*schema, "{\"other\":1," + members.substr(0, last) + "}"));
  }
}

TEST_CASE("dependencies of both forms", "[schema]") {
  const char* const schema =
      "dependencies: {card: [address, name], age: {properties: {name: {minLength: 2}}}}";
  CHECK(accepts(schema, "{}"));
  CHECK(accepts(schema, "{\"card\":1,\"address\":2,\"name\":\"x\"}"));
  CHECK_FALSE(accepts(schema, "{\"card\":1,\"name\":\"x\"}"));
  CHECK(accepts(schema, "{\"age\":1,\"name\":\"xy\"}"));
  CHECK_FALSE(accepts(schema, "{\"age\":1,\"name\":\"x\"}"));
}

TEST_CASE("allOf, anyOf, oneOf and not", "[schema]") {
  CHECK(accepts("allOf: [{minimum: 1}, {maximum: 3}]", "2"));
  CHECK_FALSE(accepts("allOf: [{minimum: 1}, {maximum: 3}]", "4"));
  CHECK(accepts("anyOf: [{type: string}, {maximum: 3}]", "\"x\""));
  CHECK_FALSE(accepts("anyOf: [{type: string}, {maximum: 3}]", "4"));
  CHECK(accepts("oneOf: [{minimum: 2}, {maximum: 3}]", "9"));
  CHECK_FALSE(accepts("oneOf: [{minimum: 2}, {maximum: 3}]", "2"));
  CHECK(accepts("not: {type: string}", "2"));
  CHECK_FALSE(accepts("not: {type: string}", "\"x\""));
}

TEST_CASE("references: recursive, escaped, by id, through each other", "[schema]") {
  const char* const tree =
      "{type: object, properties: {value: {type: integer}, children: {type: array, items: {$ref: '#'}}}, "
      "required: [value]}";
  CHECK(accepts(tree, R"({"value":1,"children":[{"value":2,"children":[{"value":3}]}]})"));
  CHECK_FALSE(accepts(tree, R"({"value":1,"children":[{"value":2,"children":[{"value":"3"}]}]})"));
  CHECK_FALSE(
      accepts("{properties: {a: {$ref: '#/definitions/a~1b%25'}}, definitions: {a/b%: {type: string}}}",
              "{\"a\":1}"));
  CHECK_FALSE(accepts("{properties: {a: {$ref: '#name'}}, definitions: {x: {id: '#name', type: string}}}",
                      "{\"a\":1}"));
  CHECK_FALSE(accepts(
      "{$ref: '#/definitions/a', definitions: {a: {$ref: '#/definitions/b'}, b: {type: string}}}", "1"));
  CHECK(accepts("properties: {$ref: {type: string}}", "{\"$ref\":\"x\"}"));
  CHECK_FALSE(accepts("{properties: {x: {$ref: 'http://json-schema.org/draft-04/schema#'}}}",
                      "{\"x\":{\"type\":\"strin\"}}"));
}

TEST_CASE("formats are about strings only", "[schema]") {
  CHECK(accepts("format: date", "\"2024-02-29\""));
  CHECK_FALSE(accepts("format: date", "\"2023-02-29\""));
  CHECK(accepts("format: date", "7"));
}

TEST_CASE("annotations say nothing about values", "[schema]") {
  CHECK(
      accepts("{$schema: 'http://json-schema.org/draft-04/schema#', title: t, description: d, default: 7, "
              "$comment: c, "
              "x-unit: metres, definitions: {}}",
              "\"x\""));
}

}  // namespace slipway::schema
