// What clients are told, and what they must never be told.
#include "support.hpp"

namespace slipway::schema {

TEST_CASE("each keyword's reason, with pointers and a sentence", "[schema]") {
  CHECK(reasons("{properties: {a: {type: string}}}", "{\"a\":7}") ==
        Lines{"/a type /properties/a/type must be a string, but is 7"});
  CHECK(reasons("type: [integer, 'null']", "1.5") ==
        Lines{" type /type must be an integer or null, but is 1.5"});
  CHECK(reasons("type: integer", "[1]") == Lines{" type /type must be an integer, but is an array"});
  CHECK(reasons("enum: [json, xml]", "\"yml\"") ==
        Lines{" enum /enum must be \"json\" or \"xml\", but is \"yml\""});
  CHECK(reasons("minLength: 2", "\"a\"") ==
        Lines{" minLength /minLength must have at least 2 characters, but has 1"});
  CHECK(reasons("minLength: 1", "\"\"") ==
        Lines{" minLength /minLength must have at least 1 character, but has none"});
  CHECK(reasons("maxLength: 2", "\"abc\"") ==
        Lines{" maxLength /maxLength must have at most 2 characters, but has 3"});
  CHECK(reasons("pattern: ^b", "\"abc\"") ==
        Lines{" pattern /pattern must match the pattern `^b`, but is \"abc\""});
  CHECK(reasons("format: date", "\"soon\"") ==
        Lines{" format /format must be a date such as 2018-11-13, but is \"soon\""});
  CHECK(reasons("minimum: 1", "0") == Lines{" minimum /minimum must be at least 1, but is 0"});
  CHECK(reasons("{minimum: 1, exclusiveMinimum: true}", "1") ==
        Lines{" minimum /minimum must be greater than 1, but is 1"});
  CHECK(reasons("maximum: 1", "1.01") == Lines{" maximum /maximum must be at most 1, but is 1.01"});
  CHECK(reasons("{maximum: 1, exclusiveMaximum: true}", "1") ==
        Lines{" maximum /maximum must be less than 1, but is 1"});
  CHECK(reasons("multipleOf: 0.25", "0.3") ==
        Lines{" multipleOf /multipleOf must be a multiple of 0.25, but is 0.3"});
  CHECK(reasons("minItems: 1", "[]") == Lines{" minItems /minItems must have at least 1 item, but has none"});
  CHECK(reasons("maxItems: 1", "[1,2]") == Lines{" maxItems /maxItems must have at most 1 item, but has 2"});
  CHECK(reasons("uniqueItems: true", "[1,2,1]") ==
        Lines{" uniqueItems /uniqueItems items must differ, but 0 and 2 are equal"});
  CHECK(reasons("{items: [{}], additionalItems: false}", "[1,2]") ==
        Lines{"/1 additionalItems /additionalItems is not allowed: there may be at most 1 item"});
  CHECK(reasons("items: {maximum: 3}", "[1,2,9]") ==
        Lines{"/2 maximum /items/maximum must be at most 3, but is 9"});
  CHECK(reasons("minProperties: 2", "{\"a\":1}") ==
        Lines{" minProperties /minProperties must have at least 2 members, but has 1"});
  CHECK(reasons("maxProperties: 0", "{\"a\":1}") ==
        Lines{" maxProperties /maxProperties must have at most 0 members, but has 1"});
  CHECK(reasons("required: [a, b~/]", "{\"a\":1}") ==
        Lines{"/b~0~1 required /required the member `b~/` is missing"});
  CHECK(reasons("{properties: {name: {}}, additionalProperties: false}", "{\"nam\":1}") ==
        Lines{"/nam additionalProperties /additionalProperties the member `nam` is not allowed here; did you "
              "mean `name`?"});
  CHECK(reasons("dependencies: {a: [b]}", "{\"a\":1}") ==
        Lines{"/b dependencies /dependencies the member `b` is missing; the member `a` needs it"});
  CHECK(reasons("patternProperties: {^a: {type: string}}", "{\"ab\":1}") ==
        Lines{"/ab type /patternProperties/^a/type must be a string, but is 1"});
  CHECK(reasons("not: {type: string}", "\"x\"") == Lines{" not /not matches what `not` excludes"});
  CHECK(reasons("oneOf: [{type: integer}, {minimum: 0}]", "3") ==
        Lines{" oneOf /oneOf must match exactly one of the alternatives, but matches 1 and 2"});
  CHECK(reasons("oneOf: [{required: [a]}, {required: [b]}]", "{}") ==
        Lines{" oneOf /oneOf matches none of the 2 alternatives: 1. the member `a` is missing (/a); 2. the "
              "member `b` is missing (/b)"});
  CHECK(reasons("anyOf: [{type: string}, {maximum: 1}]", "3") ==
        Lines{" anyOf /anyOf matches none of the 2 alternatives: 1. must be a string, but is 3; 2. must be "
              "at most 1, but is 3",
              " maximum /anyOf/1/maximum must be at most 1, but is 3"});
  CHECK(reasons("{properties: {a: {$ref: '#/definitions/t'}}, definitions: {t: {type: string}}}",
                "{\"a\":1}") == Lines{"/a type /definitions/t/type must be a string, but is 1"});
}

TEST_CASE("all reasons are given, up to the number asked for", "[schema]") {
  CHECK(reasons("{required: [a], properties: {a: {}, b: {type: string}, c: {minimum: 5, multipleOf: 2}}, "
                "additionalProperties: false}",
                R"({"b":1,"c":3,"d":4})")
            .size() == 5);
  CHECK(reasons("items: {type: string}", "[1,2,3,4,5,6]", 4).size() == 4);
  CHECK(reasons("items: {type: string}", "[1,2,3,4,5,6]", 0).empty());
}

TEST_CASE("long values and names are not repeated", "[schema]") {
  const std::string longer(1000, 'x');
  CHECK(reasons("maxLength: 3", "\"" + longer + "\"") ==
        Lines{" maxLength /maxLength must have at most 3 characters, but has 1000"});
  CHECK(reasons("type: integer", "\"" + longer + "\"") ==
        Lines{" type /type must be an integer, but is a string"});
  CHECK(reasons("{properties: {a: {}}, additionalProperties: false}", "{\"" + longer + "\":1}") ==
        Lines{" additionalProperties /additionalProperties a member with a name of 1000 bytes is not allowed "
              "here"});
}

namespace {

// None of what the document says may be told.
void check_secret(std::string_view schema, std::string_view document) {
  const Lines all = reasons(schema, document);
  CHECK_FALSE(all.empty());
  for (const std::string& reason : all) {
    INFO(reason);
    CHECK(reason.find("hunter2") == std::string::npos);
    CHECK(reason.find("4711") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("sensitive values never appear, however they come to be sensitive", "[schema]") {
  for (const std::string keyword :
       {"type: integer", "enum: [a]", "pattern: ^a", "format: date", "minLength: 99", "maxLength: 1",
        "anyOf: [{type: integer}, {pattern: b}]", "not: {type: string}", "allOf: [{pattern: b}]"}) {
    INFO(keyword);
    check_secret("{properties: {p: {x-sensitive: true, " + keyword + "}}}", "{\"p\":\"hunter2\"}");
    check_secret("{properties: {p: {allOf: [{x-sensitive: true}, {" + keyword + "}]}}}",
                 "{\"p\":\"hunter2\"}");
    check_secret("{allOf: [{properties: {p: {x-sensitive: true}}}, {properties: {p: {" + keyword + "}}}]}",
                 "{\"p\":\"hunter2\"}");
    check_secret("{allOf: [{properties: {p: {" + keyword + "}}}, {properties: {p: {x-sensitive: true}}}]}",
                 "{\"p\":\"hunter2\"}");
    check_secret("{x-sensitive: true, properties: {p: {items: {" + keyword + "}}}}", "{\"p\":[\"hunter2\"]}");
    check_secret("{properties: {p: {$ref: '#/definitions/s', x-sensitive: true}}, definitions: {s: {" +
                     keyword + "}}}",
                 "{\"p\":\"hunter2\"}");
    check_secret("{properties: {p: {$ref: '#/definitions/s'}}, definitions: {s: {x-sensitive: true, " +
                     keyword + "}}}",
                 "{\"p\":\"hunter2\"}");
    check_secret("{properties: {p: {" + keyword + "}}, patternProperties: {p: {x-sensitive: true}}}",
                 "{\"p\":\"hunter2\"}");
    check_secret(
        "{properties: {p: {" + keyword + "}}, not: {properties: {p: {x-sensitive: true, type: integer}}}}",
        "{\"p\":\"hunter2\"}");
  }
  for (const std::string keyword :
       {"type: string", "enum: [1]", "minimum: 9999", "maximum: 1", "multipleOf: 10"})
    check_secret("{items: {x-sensitive: true, " + keyword + "}}", "[4711]");
}

TEST_CASE("names inside a sensitive object are the document's secret, unless the schema says them",
          "[schema]") {
  check_secret("{properties: {p: {x-sensitive: true, additionalProperties: false}}}",
               "{\"p\":{\"hunter2\":1}}");
  check_secret("{properties: {p: {x-sensitive: true, additionalProperties: {type: string}}}}",
               "{\"p\":{\"hunter2\":1}}");
  check_secret(
      "{properties: {p: {x-sensitive: true, patternProperties: {h: {properties: {a: {type: string}}}}}}}",
      "{\"p\":{\"hunter2\":{\"a\":1}}}");
  CHECK(reasons("{properties: {p: {x-sensitive: true, properties: {a: {type: string}}}}}",
                "{\"p\":{\"a\":1}}") ==
        Lines{"/p/a type /properties/p/properties/a/type must be a string, but is an integer"});
  CHECK(reasons("{properties: {p: {x-sensitive: true, additionalProperties: false}}}",
                "{\"p\":{\"hunter2\":1}}") ==
        Lines{"/p additionalProperties /properties/p/additionalProperties has a member that is not allowed"});
}

TEST_CASE("is_sensitive answers by pointer", "[schema]") {
  const auto schema = schema_of(
      "{properties: {p: {x-sensitive: true}, q: {items: {$ref: '#/definitions/s'}}}, definitions: {s: "
      "{properties: {t: {x-sensitive: true}}}}}");
  CHECK_FALSE(schema->is_sensitive(""));
  CHECK(schema->is_sensitive("/p"));
  CHECK(schema->is_sensitive("/p/anything/2"));
  CHECK_FALSE(schema->is_sensitive("/q/0"));
  CHECK(schema->is_sensitive("/q/0/t"));
  CHECK_FALSE(schema->is_sensitive("/other"));
}

}  // namespace slipway::schema
