// Changes as they happen in a model's life, each with its verdict, place and sentence.
#include "schema/compatibility.hpp"

#include "schema/example_format.hpp"
#include "schema/format_shape.hpp"

#include "support.hpp"

namespace slipway::schema {
namespace {

// "POINTER SCHEMA_POINTER MESSAGE" of each change; "?" before it where it cannot be told. Every example is
// tried.
Lines changes(std::string_view old_version, std::string_view new_version, Direction direction) {
  const auto before = schema_of(old_version);
  const auto after = schema_of(new_version);
  const Comparison comparison = compare(*before, *after, direction);
  CHECK(comparison.changes.empty() == (comparison.verdict == Verdict::compatible));
  CHECK_FALSE(comparison.more);
  Lines lines;
  bool breaking = false;
  for (const Change& change : comparison.changes) {
    const bool certain = change.verdict == Verdict::breaking;
    breaking = breaking || certain;
    lines.push_back((certain ? "" : "? ") + change.pointer + " " + change.schema_pointer + " " +
                    change.message);
    CHECK(change.example.empty() != certain);
    if (!certain) continue;
    const bool request = direction == Direction::request;
    CHECK(accepts(request ? *before : *after, change.example));
    CHECK_FALSE(accepts(request ? *after : *before, change.example));
  }
  if (!lines.empty()) CHECK(comparison.verdict == (breaking ? Verdict::breaking : Verdict::cannot_tell));
  return lines;
}

Lines request(std::string_view old_version, std::string_view new_version) {
  return changes(old_version, new_version, Direction::request);
}
Lines response(std::string_view old_version, std::string_view new_version) {
  return changes(old_version, new_version, Direction::response);
}

const Lines kCompatible;

}  // namespace

TEST_CASE("changes of members of closed objects", "[compatibility]") {
  CHECK(request("{type: object, additionalProperties: false, properties: {a: {type: string}}}",
                "{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: "
                "integer}}}") == kCompatible);
  CHECK(
      response("{type: object, additionalProperties: false, properties: {a: {type: string}}}",
               "{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: "
               "integer}}}") ==
      Lines{"/b /additionalProperties an object with a member `b` was not allowed, and may be answered now"});
  CHECK(request("{type: object, additionalProperties: false, properties: {a: {type: string}}}",
                "{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: "
                "integer}}, required: [b]}") ==
        Lines{"/b /required an object without `b` was accepted, and is refused now"});
  CHECK(
      response("{type: object, additionalProperties: false, properties: {a: {type: string}}}",
               "{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: "
               "integer}}, required: [b]}") ==
      Lines{"/b /additionalProperties an object with a member `b` was not allowed, and may be answered now"});
  CHECK(request("{type: object, additionalProperties: false, properties: {a: {type: string}}, required: [a]}",
                "{type: object, additionalProperties: false, properties: {a: {type: string}}}") ==
        kCompatible);
  CHECK(
      response("{type: object, additionalProperties: false, properties: {a: {type: string}}, required: [a]}",
               "{type: object, additionalProperties: false, properties: {a: {type: string}}}") ==
      Lines{"/a /required an object without `a` was not allowed, and may be answered now"});
  CHECK(request("{type: object, additionalProperties: false, properties: {a: {type: string}}}",
                "{type: object, properties: {a: {type: string}}}") == kCompatible);
  CHECK(response("{type: object, additionalProperties: false, properties: {a: {type: string}}}",
                 "{type: object, properties: {a: {type: string}}}") ==
        Lines{"/* /additionalProperties an object with members that are not named here was not allowed, and "
              "may be answered now"});
}

TEST_CASE("changes of members of open objects", "[compatibility]") {
  CHECK(request("{type: object, properties: {a: {type: string}}}",
                "{type: object, properties: {a: {type: string}, b: {type: integer}}}") ==
        Lines{"/b /properties/b/type null, a boolean, a number that is not written as an integer, a string, "
              "an array or an object was accepted, and is refused now; `b` could be anything, because the "
              "old schema does not name it"});
  CHECK(response("{type: object, properties: {a: {type: string}}}",
                 "{type: object, properties: {a: {type: string}, b: {type: integer}}}") == kCompatible);
  CHECK(request("{type: object, properties: {a: {type: string}}}",
                "{type: object, properties: {a: {type: string}, b: {}}}") == kCompatible);
  CHECK(response("{type: object, properties: {a: {type: string}}}",
                 "{type: object, properties: {a: {type: string}, b: {}}}") == kCompatible);
  CHECK(request("{type: object, properties: {a: {type: string}}}", "{type: object}") == kCompatible);
  CHECK(response("{type: object, properties: {a: {type: string}}}", "{type: object}") ==
        Lines{"/a /properties/a/type null, a boolean, a number, an array or an object was not allowed, and "
              "may be answered now; `a` could be anything, because the new schema does not name it"});
  CHECK(request("{type: object, additionalProperties: {type: integer}}",
                "{type: object, properties: {b: {type: number}}, additionalProperties: {type: integer}}") ==
        kCompatible);
  CHECK(response("{type: object, additionalProperties: {type: integer}}",
                 "{type: object, properties: {b: {type: number}}, additionalProperties: {type: integer}}") ==
        Lines{"/b /additionalProperties/type a number that is not written as an integer was not allowed, and "
              "may be answered now"});
}

TEST_CASE("changes of members inside members and items", "[compatibility]") {
  CHECK(request("{properties: {order: {type: object, properties: {items: {type: array, items: {type: object, "
                "properties: {price: {type: number}}}}}}}}",
                "{properties: {order: {type: object, properties: {items: {type: array, items: {type: object, "
                "properties: {price: {type: number, minimum: 0}}}}}}}}") ==
        Lines{"/order/items/*/price /properties/order/properties/items/items/properties/price/minimum a "
              "number below 0 was accepted, and is refused now"});
  CHECK(response("{properties: {order: {type: object, properties: {items: {type: array, items: {type: "
                 "object, properties: {price: {type: number}}}}}}}}",
                 "{properties: {order: {type: object, properties: {items: {type: array, items: {type: "
                 "object, properties: {price: {type: number, minimum: 0}}}}}}}}") == kCompatible);
}

TEST_CASE("changes of patternProperties", "[compatibility]") {
  CHECK(request("{type: object, patternProperties: {'^x-': {type: string}}, additionalProperties: false}",
                "{type: object, additionalProperties: {type: string}}") == kCompatible);
  CHECK(response("{type: object, patternProperties: {'^x-': {type: string}}, additionalProperties: false}",
                 "{type: object, additionalProperties: {type: string}}") ==
        Lines{"/* /additionalProperties an object with members that are not named here was not allowed, and "
              "may be answered now"});
  CHECK(request("{type: object, patternProperties: {'^x-': {type: string, maxLength: 3}}}",
                "{type: object, patternProperties: {'^x-': {type: string, maxLength: 2}}}") ==
        Lines{"/* /patternProperties/^x-/maxLength a string of more than 2 characters was accepted, and is "
              "refused now"});
  CHECK(response("{type: object, patternProperties: {'^x-': {type: string, maxLength: 3}}}",
                 "{type: object, patternProperties: {'^x-': {type: string, maxLength: 2}}}") == kCompatible);
  CHECK(request("{type: object, patternProperties: {'^x-a': {type: integer}}}",
                "{type: object, patternProperties: {'^x-a': {type: number}, '^x-ab': {type: integer}}}") ==
        kCompatible);
  CHECK(response("{type: object, patternProperties: {'^x-a': {type: integer}}}",
                 "{type: object, patternProperties: {'^x-a': {type: number}, '^x-ab': {type: integer}}}") ==
        Lines{"/* /patternProperties/^x-a/type a number that is not written as an integer was not allowed, "
              "and may be answered now"});
  // More patterns than are told apart: less is proven.
  CHECK(request("{type: object, patternProperties: {^a: {type: string}, ^b: {}, ^c: {}, ^d: {}}}",
                "{type: object, patternProperties: {^e: {type: string}}}") ==
        Lines{"? /* /patternProperties/^e/type cannot tell whether null, a boolean, a number, an array or an "
              "object, which is refused now, was accepted"});
}

TEST_CASE("changes of counts of members, and dependencies", "[compatibility]") {
  CHECK(request("{type: object, minProperties: 1}", "{type: object, minProperties: 2, maxProperties: 3}") ==
        Lines{" /minProperties an object of fewer than 2 members was accepted, and is refused now",
              " /maxProperties an object of more than 3 members was accepted, and is refused now"});
  CHECK(response("{type: object, minProperties: 1}", "{type: object, minProperties: 2, maxProperties: 3}") ==
        kCompatible);
  CHECK(request("{type: object, additionalProperties: false, properties: {a: {}, b: {}}}",
                "{type: object, maxProperties: 2}") == kCompatible);
  CHECK(response("{type: object, additionalProperties: false, properties: {a: {}, b: {}}}",
                 "{type: object, maxProperties: 2}") ==
        Lines{"/* /additionalProperties an object with members that are not named here was not allowed, and "
              "may be answered now"});
  CHECK(request("{type: object, required: [a, b]}", "{type: object, minProperties: 2}") == kCompatible);
  CHECK(response("{type: object, required: [a, b]}", "{type: object, minProperties: 2}") ==
        Lines{"/a /required an object without `a` was not allowed, and may be answered now",
              "/b /required an object without `b` was not allowed, and may be answered now"});
  CHECK(
      request("{type: object, properties: {card: {}, name: {}}}",
              "{type: object, properties: {card: {}, name: {}}, dependencies: {card: [name]}}") ==
      Lines{" /dependencies/card an object with `card` but without `name` was accepted, and is refused now"});
  CHECK(response("{type: object, properties: {card: {}, name: {}}}",
                 "{type: object, properties: {card: {}, name: {}}, dependencies: {card: [name]}}") ==
        kCompatible);
  CHECK(request("{type: object, dependencies: {card: [name]}}",
                "{type: object, dependencies: {card: {required: [name]}}}") == kCompatible);
  CHECK(response("{type: object, dependencies: {card: [name]}}",
                 "{type: object, dependencies: {card: {required: [name]}}}") == kCompatible);
  CHECK(
      request("{type: object, required: [card], dependencies: {card: {properties: {name: {type: string}}}}}",
              "{type: object, properties: {name: {type: string}}}") == kCompatible);
  CHECK(
      response("{type: object, required: [card], dependencies: {card: {properties: {name: {type: string}}}}}",
               "{type: object, properties: {name: {type: string}}}") ==
      Lines{"/card /required an object without `card` was not allowed, and may be answered now"});
}

TEST_CASE("changes of types", "[compatibility]") {
  CHECK(request("{type: string}", "{type: [string, 'null']}") == kCompatible);
  CHECK(response("{type: string}", "{type: [string, 'null']}") ==
        Lines{" /type null was not allowed, and may be answered now"});
  CHECK(request("{type: integer}", "{type: number}") == kCompatible);
  CHECK(response("{type: integer}", "{type: number}") ==
        Lines{" /type a number that is not written as an integer was not allowed, and may be answered now"});
  CHECK(request("{type: [boolean, integer]}", "{type: array}") ==
        Lines{" /type a boolean or an integer was accepted, and is refused now"});
  CHECK(response("{type: [boolean, integer]}", "{type: array}") ==
        Lines{" /type an array was not allowed, and may be answered now"});
  CHECK(request("{}", "{type: [string, number, object, array, boolean, 'null']}") == kCompatible);
  CHECK(response("{}", "{type: [string, number, object, array, boolean, 'null']}") == kCompatible);
}

TEST_CASE("changes of bounds of numbers", "[compatibility]") {
  CHECK(request("{type: integer, minimum: 0, maximum: 10}", "{type: integer, minimum: 1, maximum: 12}") ==
        Lines{" /minimum a number below 1 was accepted, and is refused now"});
  CHECK(response("{type: integer, minimum: 0, maximum: 10}", "{type: integer, minimum: 1, maximum: 12}") ==
        Lines{" /maximum a number above 10 was not allowed, and may be answered now"});
  CHECK(request("{type: number, minimum: 0}", "{type: number, minimum: 0, exclusiveMinimum: true}") ==
        Lines{" /minimum a number that is not above 0 was accepted, and is refused now"});
  CHECK(response("{type: number, minimum: 0}", "{type: number, minimum: 0, exclusiveMinimum: true}") ==
        kCompatible);
  CHECK(request("{type: integer, minimum: 1}", "{type: integer, minimum: 0, exclusiveMinimum: true}") ==
        kCompatible);
  CHECK(response("{type: integer, minimum: 1}", "{type: integer, minimum: 0, exclusiveMinimum: true}") ==
        kCompatible);
  CHECK(request("{type: number, multipleOf: 0.05}", "{type: number, multipleOf: 0.01}") == kCompatible);
  CHECK(
      response("{type: number, multipleOf: 0.05}", "{type: number, multipleOf: 0.01}") ==
      Lines{" /multipleOf a number that is not a multiple of 0.05 was not allowed, and may be answered now"});
  CHECK(request("{type: integer}", "{type: number, multipleOf: 0.5}") == kCompatible);
  CHECK(response("{type: integer}", "{type: number, multipleOf: 0.5}") ==
        Lines{" /type a number that is not written as an integer was not allowed, and may be answered now"});
  CHECK(request("{type: integer, minimum: 1, maximum: 3}", "{enum: [1, 2, 3, 4]}") == kCompatible);
  CHECK(response("{type: integer, minimum: 1, maximum: 3}", "{enum: [1, 2, 3, 4]}") ==
        Lines{" /type a number that is not written as an integer was not allowed, and may be answered now",
              "  the value 4 was not allowed, and may be answered now"});
}

TEST_CASE("changes of lists of values", "[compatibility]") {
  CHECK(request("{type: string, enum: [a, b]}", "{type: string, enum: [b, c]}") ==
        Lines{R"( /enum the value "a" was accepted, and is refused now)"});
  CHECK(response("{type: string, enum: [a, b]}", "{type: string, enum: [b, c]}") ==
        Lines{R"( /enum the value "c" was not allowed, and may be answered now)"});
  CHECK(request("{type: string, enum: [a, b]}", "{type: string}") == kCompatible);
  CHECK(response("{type: string, enum: [a, b]}", "{type: string}") ==
        Lines{" /enum a value that `enum` does not list was not allowed, and may be answered now"});
  CHECK(request("{enum: [1]}", "{type: integer}") ==
        Lines{" /type a number that is not written as an integer was accepted, and is refused now"});
  CHECK(response("{enum: [1]}", "{type: integer}") ==
        Lines{" /enum a value that `enum` does not list was not allowed, and may be answered now"});
  CHECK(request("{type: boolean}", "{enum: [true]}") ==
        Lines{" /enum a value that `enum` does not list was accepted, and is refused now"});
  CHECK(response("{type: boolean}", "{enum: [true]}") == kCompatible);
  CHECK(request("{enum: [[1, 2], {a: null}]}",
                "{anyOf: [{type: object}, {type: array, items: {type: number}}]}") == kCompatible);
  CHECK(response("{enum: [[1, 2], {a: null}]}",
                 "{anyOf: [{type: object}, {type: array, items: {type: number}}]}") ==
        Lines{" /enum a value that `enum` does not list was not allowed, and may be answered now"});
}

TEST_CASE("changes of lengths, patterns and formats", "[compatibility]") {
  CHECK(request("{type: string, minLength: 1, maxLength: 5}", "{type: string, minLength: 2, maxLength: 4}") ==
        Lines{" /minLength a string of fewer than 2 characters was accepted, and is refused now",
              " /maxLength a string of more than 4 characters was accepted, and is refused now"});
  CHECK(response("{type: string, minLength: 1, maxLength: 5}",
                 "{type: string, minLength: 2, maxLength: 4}") == kCompatible);
  CHECK(request("{type: string}", "{type: string, pattern: '^[a-z]+$'}") ==
        Lines{" /pattern a string that does not match `^[a-z]+$` was accepted, and is refused now"});
  CHECK(response("{type: string}", "{type: string, pattern: '^[a-z]+$'}") == kCompatible);
  CHECK(request("{type: string, pattern: '^[a-z]{1,3}$'}",
                "{type: string, pattern: '^[a-z]+$', maxLength: 3, minLength: 1}") == kCompatible);
  CHECK(response("{type: string, pattern: '^[a-z]{1,3}$'}",
                 "{type: string, pattern: '^[a-z]+$', maxLength: 3, minLength: 1}") == kCompatible);
  CHECK(request("{type: string, format: date}", "{type: string, pattern: '^[-0-9]{10}$'}") == kCompatible);
  CHECK(response("{type: string, format: date}", "{type: string, pattern: '^[-0-9]{10}$'}") ==
        Lines{" /format a string that is not a date such as 2018-11-13 was not allowed, and may be answered "
              "now"});
  CHECK(request("{type: string, format: date}", "{type: string, format: date-time}") ==
        Lines{" /format a string that is not a date-time such as 2018-11-13T20:20:39Z was accepted, and is "
              "refused now"});
  CHECK(response("{type: string, format: date}", "{type: string, format: date-time}") ==
        Lines{" /format a string that is not a date such as 2018-11-13 was not allowed, and may be answered "
              "now"});
  CHECK(request("{type: string, format: email}", "{type: string}") == kCompatible);
  CHECK(response("{type: string, format: email}", "{type: string}") ==
        Lines{" /format a string that is not an e-mail address was not allowed, and may be answered now"});
  CHECK(
      request(R"({type: string, pattern: '^\p{Lu}'})", R"({type: string, pattern: '^\p{L}'})") ==
      Lines{
          R"(?  /pattern cannot tell whether a string that does not match `^\p{L}`, which is refused now, was accepted)"});
  CHECK(
      response(R"({type: string, pattern: '^\p{Lu}'})", R"({type: string, pattern: '^\p{L}'})") ==
      Lines{
          R"(?  /pattern cannot tell whether a string that does not match `^\p{Lu}`, which was not allowed, may be answered now)"});
}

TEST_CASE("changes of items", "[compatibility]") {
  CHECK(request("{type: array, items: {type: string}, maxItems: 5}",
                "{type: array, items: {type: string, maxLength: 4}, maxItems: 4, minItems: 1}") ==
        Lines{" /minItems an array of fewer than 1 item was accepted, and is refused now",
              " /maxItems an array of more than 4 items was accepted, and is refused now",
              "/* /items/maxLength a string of more than 4 characters was accepted, and is refused now"});
  CHECK(response("{type: array, items: {type: string}, maxItems: 5}",
                 "{type: array, items: {type: string, maxLength: 4}, maxItems: 4, minItems: 1}") ==
        kCompatible);
  CHECK(request("{type: array, uniqueItems: true}", "{type: array}") == kCompatible);
  CHECK(response("{type: array, uniqueItems: true}", "{type: array}") ==
        Lines{" /uniqueItems an array with equal items was not allowed, and may be answered now"});
  CHECK(request("{type: array, items: [{type: string}, {type: integer}], additionalItems: false}",
                "{type: array, items: [{type: string}], additionalItems: false}") ==
        Lines{"/* /additionalItems an array of more than 1 item was accepted, and is refused now"});
  CHECK(response("{type: array, items: [{type: string}, {type: integer}], additionalItems: false}",
                 "{type: array, items: [{type: string}], additionalItems: false}") == kCompatible);
  CHECK(request("{type: array, items: {type: integer}}",
                "{type: array, items: [{type: number}], additionalItems: {type: integer}}") == kCompatible);
  CHECK(response("{type: array, items: {type: integer}}",
                 "{type: array, items: [{type: number}], additionalItems: {type: integer}}") ==
        Lines{"/* /items/type a number that is not written as an integer was not allowed, and may be "
              "answered now"});
  CHECK(request("{type: array, maxItems: 1}", "{type: array, uniqueItems: true}") == kCompatible);
  CHECK(request("{type: array, maxItems: 2}", "{type: array, uniqueItems: true}") ==
        Lines{" /uniqueItems an array with equal items was accepted, and is refused now"});
  // An item that cannot be ends the array.
  const std::string_view one =
      "{type: array, items: [{type: integer}, {allOf: [{type: string}, {type: integer}]}]}";
  CHECK(request(one, "{type: array, maxItems: 1}") == kCompatible);
  CHECK(request(one, "{type: array, maxItems: 0}") ==
        Lines{" /maxItems an array of more than 0 items was accepted, and is refused now"});
}

TEST_CASE("changes of combinations", "[compatibility]") {
  CHECK(request("{allOf: [{type: string}, {maxLength: 3}]}", "{type: string, maxLength: 4}") == kCompatible);
  CHECK(
      response("{allOf: [{type: string}, {maxLength: 3}]}", "{type: string, maxLength: 4}") ==
      Lines{
          " /allOf/1/maxLength a string of more than 3 characters was not allowed, and may be answered now"});
  CHECK(request("{anyOf: [{type: 'null'}, {type: string, maxLength: 5}]}",
                "{anyOf: [{type: 'null'}, {type: string, maxLength: 4}]}") ==
        Lines{" /anyOf/1/maxLength a string of more than 4 characters was accepted, and is refused now"});
  CHECK(response("{anyOf: [{type: 'null'}, {type: string, maxLength: 5}]}",
                 "{anyOf: [{type: 'null'}, {type: string, maxLength: 4}]}") == kCompatible);
  CHECK(request("{type: [string, integer]}", "{oneOf: [{type: string}, {type: integer}]}") == kCompatible);
  CHECK(response("{type: [string, integer]}", "{oneOf: [{type: string}, {type: integer}]}") == kCompatible);
  CHECK(
      request("{type: integer}", "{oneOf: [{type: integer}, {type: number, minimum: 0}]}") ==
      Lines{
          " /oneOf a value that not exactly one schema of `oneOf` accepts was accepted, and is refused now"});
  CHECK(response("{type: integer}", "{oneOf: [{type: integer}, {type: number, minimum: 0}]}") ==
        Lines{" /type a number that is not written as an integer was not allowed, and may be answered now"});
  CHECK(request("{type: string}", "{not: {type: integer}}") == kCompatible);
  CHECK(response("{type: string}", "{not: {type: integer}}") ==
        Lines{" /type null, a boolean, a number that is not written as an integer, an array or an object was "
              "not allowed, and may be answered now"});
  CHECK(request("{type: integer}", "{not: {enum: [13]}}") ==
        Lines{" /not a value that `not` forbids was accepted, and is refused now"});
  CHECK(response("{type: integer}", "{not: {enum: [13]}}") ==
        Lines{" /type null, a boolean, a number that is not written as an integer, a string, an array or an "
              "object was not allowed, and may be answered now"});
  CHECK(request("{not: {type: integer}}", "{not: {type: integer, minimum: 0}}") == kCompatible);
  CHECK(response("{not: {type: integer}}", "{not: {type: integer, minimum: 0}}") ==
        Lines{" /not a value that `not` forbids was not allowed, and may be answered now"});
  CHECK(request("{type: number, minimum: 0, maximum: 10}", "{anyOf: [{maximum: 5}, {minimum: 5}]}") ==
        Lines{"?  /anyOf cannot tell whether a value that no schema of `anyOf` accepts, which is refused "
              "now, was accepted"});
  CHECK(
      response("{type: number, minimum: 0, maximum: 10}", "{anyOf: [{maximum: 5}, {minimum: 5}]}") ==
      Lines{
          " /type null, a boolean, a string, an array or an object was not allowed, and may be answered now",
          " /minimum a number below 0 was not allowed, and may be answered now",
          " /maximum a number above 10 was not allowed, and may be answered now"});
}

TEST_CASE("changes of unions told apart by a member", "[compatibility]") {
  CHECK(request(
            "{oneOf: [{type: object, required: [kind], properties: {kind: {enum: [a]}, v: {type: string}}}, "
            "{type: object, required: [kind], properties: {kind: {enum: [b]}, v: {type: integer}}}]}",
            "{oneOf: [{type: object, required: [kind], properties: {kind: {enum: [a]}, v: {type: string}}}, "
            "{type: object, required: [kind], properties: {kind: {enum: [b]}, v: {type: number}}}, {type: "
            "object, required: [kind], properties: {kind: {enum: [c]}}}]}") == kCompatible);
  CHECK(response(
            "{oneOf: [{type: object, required: [kind], properties: {kind: {enum: [a]}, v: {type: string}}}, "
            "{type: object, required: [kind], properties: {kind: {enum: [b]}, v: {type: integer}}}]}",
            "{oneOf: [{type: object, required: [kind], properties: {kind: {enum: [a]}, v: {type: string}}}, "
            "{type: object, required: [kind], properties: {kind: {enum: [b]}, v: {type: number}}}, {type: "
            "object, required: [kind], properties: {kind: {enum: [c]}}}]}") ==
        Lines{"/v /oneOf/1/properties/v/type a number that is not written as an integer was not allowed, and "
              "may be answered now",
              " /oneOf a value that not exactly one schema of `oneOf` accepts was not allowed, and may be "
              "answered now"});
}

TEST_CASE("changes of references and recursion", "[compatibility]") {
  CHECK(request("{$ref: '#/definitions/tree', definitions: {tree: {type: object, properties: {value: {type: "
                "integer}, children: {type: array, items: {$ref: '#/definitions/tree'}}}}}}",
                "{$ref: '#/definitions/node', definitions: {node: {type: object, properties: {value: {type: "
                "number}, children: {type: array, items: {$ref: '#/definitions/node'}}}}}}") == kCompatible);
  CHECK(response("{$ref: '#/definitions/tree', definitions: {tree: {type: object, properties: {value: {type: "
                 "integer}, children: {type: array, items: {$ref: '#/definitions/tree'}}}}}}",
                 "{$ref: '#/definitions/node', definitions: {node: {type: object, properties: {value: {type: "
                 "number}, children: {type: array, items: {$ref: '#/definitions/node'}}}}}}") ==
        Lines{"/value /definitions/tree/properties/value/type a number that is not written as an integer was "
              "not allowed, and may be answered now"});
}

// While the first alternative of `p` is tried, `y` seems to hold, because it relies on what is about to fail.
TEST_CASE("what was relied on in vain is forgotten", "[compatibility]") {
  const auto version = [](const std::string& p, const std::string& z) {
    return "{type: object, properties: {p: " + p +
           ", q: {$ref: '#/definitions/y'}}, definitions: {x: {type: object, "
           "properties: {y: {$ref: '#/definitions/y'}, z: {type: " +
           z +
           "}}}, y: {type: object, properties: {x: {$ref: "
           "'#/definitions/x'}}}}}";
  };
  const std::string member = "properties: {m: {$ref: '#/definitions/x'}}";
  CHECK(request(version("{type: object, maxProperties: 9, " + member + "}", "string"),
                version("{anyOf: [{type: object, " + member + "}, {type: object, maxProperties: 9}]}",
                        "integer")) ==
        Lines{"/q/x/z /definitions/x/properties/z/type a string was accepted, and is refused now"});
}

TEST_CASE("schemas that nothing satisfies", "[compatibility]") {
  CHECK(request("{$ref: '#/definitions/endless', definitions: {endless: {type: object, required: [next], "
                "properties: {next: {$ref: '#/definitions/endless'}}}}}",
                "{type: string}") == kCompatible);
  CHECK(response("{$ref: '#/definitions/endless', definitions: {endless: {type: object, required: [next], "
                 "properties: {next: {$ref: '#/definitions/endless'}}}}}",
                 "{type: string}") ==
        Lines{" /definitions/endless/type a string was not allowed, and may be answered now"});
  CHECK(request("{allOf: [{minimum: 3}, {maximum: 2}, {type: number}]}", "{type: string}") == kCompatible);
  CHECK(response("{allOf: [{minimum: 3}, {maximum: 2}, {type: number}]}", "{type: string}") ==
        Lines{" /allOf/2/type a string was not allowed, and may be answered now"});
  CHECK(request("{allOf: [{type: string, pattern: '^a'}, {pattern: '^b'}]}", "{type: integer}") ==
        kCompatible);
  CHECK(response("{allOf: [{type: string, pattern: '^a'}, {pattern: '^b'}]}", "{type: integer}") ==
        Lines{" /allOf/0/type an integer was not allowed, and may be answered now"});
  CHECK(request("{type: object, properties: {a: {allOf: [{type: string}, {type: integer}]}}}",
                "{type: object, properties: {a: {type: 'null'}}}") == kCompatible);
  CHECK(response("{type: object, properties: {a: {allOf: [{type: string}, {type: integer}]}}}",
                 "{type: object, properties: {a: {type: 'null'}}}") ==
        Lines{"/a /properties/a/allOf/0/type null was not allowed, and may be answered now",
              "/a /properties/a/allOf/1/type null was not allowed, and may be answered now"});
}

TEST_CASE("annotations change nothing", "[compatibility]") {
  CHECK(request("{type: string, x-sensitive: true, title: a, default: b}",
                "{type: string, description: c, x-note: d}") == kCompatible);
  CHECK(response("{type: string, x-sensitive: true, title: a, default: b}",
                 "{type: string, description: c, x-note: d}") == kCompatible);
}

TEST_CASE("what takes too long to compare cannot be told", "[compatibility]") {
  std::string alternatives;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    alternatives += "{oneOf: [{required: [a" + number + "]}, {required: [b" + number + "]}]}, ";
  }
  const auto before = schema_of("allOf: [" + alternatives + "{}]");
  const auto after = schema_of("allOf: [" + alternatives + "{minProperties: 21}]");
  const Comparison comparison = compare(*before, *after, Direction::request);
  CHECK(comparison.verdict == Verdict::cannot_tell);
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].message == "cannot tell: these schemas are too intricate to be compared");
}

TEST_CASE("no more changes are listed than anyone reads", "[compatibility]") {
  std::string before = "properties:\n";
  std::string after = before;
  for (int i = 0; i < 300; ++i) {
    before += "  p" + std::to_string(i) + ": {type: string}\n";
    after += "  p" + std::to_string(i) + ": {type: integer}\n";
  }
  const Comparison comparison = compare(*schema_of(before), *schema_of(after), Direction::request);
  CHECK(comparison.verdict == Verdict::breaking);
  CHECK(comparison.changes.size() == Comparison::kMostChanges);
  CHECK(comparison.more);
}

TEST_CASE("schemas as deep as may be are compared", "[compatibility]") {
  const auto nested = [](const std::string& inner) {
    std::string text;
    for (int i = 0; i < 240; ++i) text += "{\"items\":";
    return text + inner + std::string(240, '}');
  };
  const auto integers = schema_of(nested(R"({"type":"integer"})"));
  const auto numbers = schema_of(nested(R"({"type":"number"})"));
  CHECK(compare(*integers, *numbers, Direction::request).verdict == Verdict::compatible);
  CHECK(compare(*integers, *numbers, Direction::response).verdict == Verdict::breaking);
}

TEST_CASE("a proof that would be too deep is given up", "[compatibility]") {
  // Two rings of schemas: each pair of them is met before the first is met again.
  const auto ring = [](int size) {
    std::string text = "{$ref: '#/definitions/d0', definitions: {";
    for (int i = 0; i < size; ++i)
      text += "d" + std::to_string(i) + ": {type: object, properties: {x: {$ref: '#/definitions/d" +
              std::to_string((i + 1) % size) + "'}}}, ";
    return schema_of(text + "}}");
  };
  CHECK(compare(*ring(7), *ring(11), Direction::request).verdict == Verdict::compatible);
  CHECK(compare(*ring(97), *ring(101), Direction::request).verdict == Verdict::cannot_tell);
}

TEST_CASE("the example of a change is a whole document", "[compatibility]") {
  const Comparison comparison = compare(
      *schema_of("{type: object, required: [id, items], properties: {id: {format: uuid, type: string}, "
                 "items: {type: array, minItems: 2, items: {type: integer}}}}"),
      *schema_of("{type: object, required: [id, items], properties: {id: {format: uuid, type: string}, "
                 "items: {type: array, minItems: 2, items: {type: integer, minimum: 1}}}}"),
      Direction::request);
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].example == R"({"id":"123e4567-e89b-12d3-a456-426614174000","items":[0,0]})");
}

TEST_CASE("closed objects beside a change do not use up the search for an example", "[compatibility]") {
  const std::string closed =
      "{type: object, additionalProperties: false, required: [n], properties: {n: {type: string}}}";
  const auto schema = [&](const char* least) {
    return schema_of("{type: object, required: [one, many], properties: {one: " + closed +
                     ", many: {type: array, minItems: " + least + ", items: " + closed + "}}}");
  };
  const Comparison comparison = compare(*schema("1"), *schema("7"), Direction::request);
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].example == R"({"many":[{"n":"a"}],"one":{"n":"a"}})");
}

TEST_CASE("the shape of a format is that of all its texts", "[compatibility]") {
  Random random(1);
  for (auto format = Format::date_time; format <= Format::uuid;
       format = static_cast<Format>(static_cast<int>(format) + 1)) {
    INFO(describe_format(format));
    const Pattern* const shape = format_shape(format);
    REQUIRE(shape != nullptr);
    CHECK(shape->is_automaton());
    for (std::uint32_t i = 0; i < 300; ++i) {
      const std::string text = format_text(format, i % 50, i, random);
      INFO(text);
      REQUIRE(has_format(format, text));
      REQUIRE(shape->matches(text));
    }
  }
}

}  // namespace slipway::schema
