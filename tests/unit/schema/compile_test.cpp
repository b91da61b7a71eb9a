// Each mistake in a schema, with its place and its sentence.
#include "support.hpp"

#include <map>

namespace slipway::schema {

TEST_CASE("unknown keywords", "[schema]") {
  CHECK(errors_of("type: string\nminLenght: 3\n") ==
        Lines{"s.yaml:2:1: unknown keyword `minLenght`; did you mean `minLength`?"});
  CHECK(errors_of("type: string\nfoo: 3\n") == Lines{"s.yaml:2:1: unknown keyword `foo`"});
  CHECK(
      errors_of("properties:\n  a:\n    const: 3\n") ==
      Lines{
          "s.yaml:3:5: `const` is not a keyword of draft-04, but of draft-06; write `enum` with one value"});
  CHECK(errors_of("x-anything: 1\n$comment: hello\n").empty());
  CompileOptions standard;
  standard.strict = false;
  CHECK(errors_of("foo: 3\n", standard).empty());
}

TEST_CASE("keywords of other drafts", "[schema]") {
  const std::pair<const char*, const char*> foreign[] = {
      {"const", "draft-06; write `enum` with one value"},
      {"contains", "draft-06"},
      {"propertyNames", "draft-06; `patternProperties` with `additionalProperties: false` says the same"},
      {"examples", "draft-06; write `x-examples`"},
      {"$id", "draft-06; write `id`"},
      {"if", "draft-07"},
      {"then", "draft-07"},
      {"else", "draft-07"},
      {"readOnly", "draft-07; write `x-readOnly`"},
      {"writeOnly", "draft-07; write `x-writeOnly`"},
      {"contentEncoding", "draft-07"},
      {"contentMediaType", "draft-07"},
      {"$defs", "draft 2019-09; write `definitions`"},
      {"$anchor", "draft 2019-09; write `id`"},
      {"$recursiveRef", "draft 2019-09"},
      {"$recursiveAnchor", "draft 2019-09"},
      {"$vocabulary", "draft 2019-09"},
      {"dependentRequired", "draft 2019-09; write `dependencies`"},
      {"dependentSchemas", "draft 2019-09; write `dependencies`"},
      {"unevaluatedItems", "draft 2019-09"},
      {"unevaluatedProperties", "draft 2019-09"},
      {"minContains", "draft 2019-09"},
      {"maxContains", "draft 2019-09"},
      {"deprecated", "draft 2019-09; write `x-deprecated`"},
      {"prefixItems", "draft 2020-12; write `items` with a list"},
      {"$dynamicRef", "draft 2020-12"},
      {"divisibleBy", "draft-03; write `multipleOf`"},
      {"nullable", "OpenAPI 3.0; write `type: [..., \"null\"]`"}};
  for (const auto& [keyword, where] : foreign)
    CHECK(errors_of("type: string\n" + std::string(keyword) + ": {}\n") ==
          Lines{"s.yaml:2:1: `" + std::string(keyword) + "` is not a keyword of draft-04, but of " + where});
}

TEST_CASE("references that lead nowhere", "[schema]") {
  CHECK(errors_of("properties:\n  a:\n    $ref: '#/definitions/b'\n") ==
        Lines{"s.yaml:3:11: `$ref` `#/definitions/b` leads nowhere: the schema has no `definitions`"});
  CHECK(errors_of("definitions: {c: {}}\nproperties:\n  a:\n    $ref: '#/definitions/b'\n") ==
        Lines{"s.yaml:4:11: `$ref` `#/definitions/b` leads nowhere: `/definitions` has no `b`"});
  CHECK(errors_of("items: {$ref: other.yaml}\n") ==
        Lines{"s.yaml:1:15: `$ref` `other.yaml` leads nowhere: references to other documents are not allowed "
              "here"});
  CHECK(errors_of("items: {$ref: '#nobody'}\n") ==
        Lines{"s.yaml:1:15: `$ref` `#nobody` leads nowhere: no schema has the `id` `#nobody`"});
  CHECK(errors_of("items: {$ref: '#/items/$ref'}\n") ==
        Lines{"s.yaml:1:15: `$ref` `#/items/$ref` leads to \"#/items/$ref\", not to a schema"});
  CHECK(errors_of("items: {$ref: 7}\n") == Lines{"s.yaml:1:15: `$ref` must be a string, not 7"});
  CHECK(
      errors_of("items: {$ref: '#/%2'}\n") ==
      Lines{
          "s.yaml:1:15: `$ref` `#/%2` leads nowhere: a `%` in it is not followed by two hexadecimal digits"});
  CHECK(errors_of("items: {$ref: '#/%ff'}\n") ==
        Lines{"s.yaml:1:15: `$ref` `#/%ff` leads nowhere: what its `%` stand for is not UTF-8"});
  CHECK(errors_of("items: {$ref: '#/~2'}\n") ==
        Lines{"s.yaml:1:15: `$ref` `#/~2` leads nowhere: `/~2` is not a JSON pointer"});
  const std::string endless = "#/" + std::string(5000, 'a');
  CHECK(errors_of("items: {$ref: '" + endless + "'}\n") ==
        Lines{"s.yaml:1:15: `$ref` `" + endless + "` leads nowhere: it is too long"});
}

TEST_CASE("references that make no progress", "[schema]") {
  CHECK(errors_of("$ref: '#'\n") ==
        Lines{"s.yaml:1:7: `$ref` `#` leads back to itself through references only"});
  CHECK(errors_of("definitions:\n  a: {$ref: '#/definitions/b'}\n  b: {$ref: '#/definitions/a'}\n").size() ==
        2);
  CHECK(errors_of("anyOf:\n  - type: string\n  - $ref: '#'\n") ==
        Lines{"s.yaml:3:11: this applies a schema to the same value again, within itself: checking it would "
              "never end"});
  CHECK(errors_of("dependencies:\n  a:\n    $ref: '#'\n") ==
        Lines{"s.yaml:3:11: this applies a schema to the same value again, within itself: checking it would "
              "never end"});
  CHECK(errors_of("properties:\n  a:\n    $ref: '#'\n").empty());
}

TEST_CASE("bounds that contradict each other", "[schema]") {
  CHECK(errors_of("minLength: 3\nmaxLength: 2\n") ==
        Lines{"s.yaml:1:12: `minLength` 3 and `maxLength` 2 contradict each other: nothing can be both"});
  CHECK(errors_of("minItems: 3\nmaxItems: 2\n") ==
        Lines{"s.yaml:1:11: `minItems` 3 and `maxItems` 2 contradict each other: nothing can be both"});
  CHECK(
      errors_of("minProperties: 3\nmaxProperties: 2\n") ==
      Lines{
          "s.yaml:1:16: `minProperties` 3 and `maxProperties` 2 contradict each other: nothing can be both"});
  CHECK(errors_of("minimum: 3\nmaximum: 2.5\n") ==
        Lines{"s.yaml:1:10: `minimum` 3 and `maximum` 2.5 contradict each other: no number is between them"});
  CHECK(errors_of("minimum: 3\nmaximum: 3\nexclusiveMaximum: true\n") ==
        Lines{"s.yaml:1:10: `minimum` 3 and `maximum` 3 contradict each other: no number is between them"});
  CHECK(
      errors_of("type: integer\nminimum: 0.2\nmaximum: 0.8\n") ==
      Lines{
          "s.yaml:2:10: `minimum` 0.2 and `maximum` 0.8 contradict each other: no integer is between them"});
  CHECK(errors_of("minimum: 3\nmaximum: 3\n").empty());
  CHECK(errors_of("type: integer\nminimum: 1e17\nmaximum: 1e18\n").empty());
  CHECK(errors_of("minItems: 3\nitems: [{}, {}]\nadditionalItems: false\n") ==
        Lines{"s.yaml:1:11: `minItems` 3 contradicts `items`, which allows 2 items with `additionalItems: "
              "false`"});
}

TEST_CASE("members that are required but not allowed", "[schema]") {
  CHECK(
      errors_of("properties: {email: {}}\nadditionalProperties: false\nrequired:\n  - email\n  - emial\n") ==
      Lines{"s.yaml:5:5: `emial` is required, but `additionalProperties: false` forbids it: it is not among "
            "`properties`; did you mean `email`?"});
  CHECK(errors_of("patternProperties: {^e: {}}\nadditionalProperties: false\nrequired: [email]\n").empty());
  CHECK(errors_of("maxProperties: 1\nrequired: [a, b]\n") ==
        Lines{"s.yaml:2:11: `required` names 2 members, but `maxProperties` allows 1"});
  CHECK(errors_of("properties: {a: {}}\nadditionalProperties: false\nminProperties: 2\n") ==
        Lines{"s.yaml:3:16: `minProperties` 2 contradicts `properties`, which allows 1 member with "
              "`additionalProperties: false`"});
}

TEST_CASE("keywords with values they cannot have", "[schema]") {
  CHECK(errors_of("[]") == Lines{"s.yaml:1:1: a schema must be a mapping, not an array"});
  CHECK(errors_of("type: strin") == Lines{"s.yaml:1:7: unknown type `strin`; did you mean `string`?"});
  CHECK(errors_of("type: []") ==
        Lines{"s.yaml:1:7: `type` must be the name of a type or a list of them, not an empty list"});
  CHECK(errors_of("type: [string, string]") == Lines{"s.yaml:1:16: `string` is named twice"});
  CHECK(errors_of("type: [string, 7]") == Lines{"s.yaml:1:16: `type` must be a list of names; this is 7"});
  CHECK(errors_of("minLength: -1") ==
        Lines{"s.yaml:1:12: `minLength` must be an integer that is not negative, not -1"});
  CHECK(errors_of("minLength: '3'") ==
        Lines{"s.yaml:1:12: `minLength` must be an integer that is not negative, not \"3\""});
  CHECK(errors_of("minimum: a") == Lines{"s.yaml:1:10: `minimum` must be a number, not \"a\""});
  CHECK(errors_of("exclusiveMinimum: true") ==
        Lines{"s.yaml:1:1: `exclusiveMinimum` needs `minimum` beside it"});
  CHECK(errors_of("exclusiveMinimum: 3") == Lines{"s.yaml:1:19: `exclusiveMinimum` must be true or false in "
                                                  "draft-04, beside `minimum`; a number there is draft-06"});
  CHECK(errors_of("multipleOf: 0") ==
        Lines{"s.yaml:1:13: `multipleOf` must be a number greater than 0, not 0"});
  CHECK(errors_of("uniqueItems: 1") == Lines{"s.yaml:1:14: `uniqueItems` must be true or false, not 1"});
  CHECK(errors_of("items: 1") == Lines{"s.yaml:1:8: `items` must be a schema or a list of schemas, not 1"});
  CHECK(errors_of("items: []") == Lines{"s.yaml:1:8: `items` must hold at least one schema"});
  CHECK(errors_of("additionalItems: false") ==
        Lines{"s.yaml:1:1: `additionalItems` has no effect without a list of schemas in `items`"});
  CHECK(errors_of("properties: []") ==
        Lines{"s.yaml:1:13: `properties` must be a mapping from names to schemas, not an array"});
  CHECK(errors_of("properties: {a: true}") == Lines{"s.yaml:1:17: a schema must be a mapping, not true"});
  CHECK(errors_of("additionalProperties: 1") ==
        Lines{"s.yaml:1:23: `additionalProperties` must be true, false or a schema, not 1"});
  CHECK(errors_of("required: true") == Lines{"s.yaml:1:11: `required` is a list of names in draft-04, in the "
                                             "schema of the object; true and false are draft-03"});
  CHECK(errors_of("required: []") == Lines{"s.yaml:1:11: `required` must name at least one member"});
  CHECK(errors_of("required: [a, a]") == Lines{"s.yaml:1:15: `a` is named twice"});
  CHECK(errors_of("required: [a, 1]") ==
        Lines{"s.yaml:1:15: `required` must be a list of strings; this is 1"});
  CHECK(errors_of("dependencies: {a: 1}") ==
        Lines{"s.yaml:1:19: `dependencies/a` must be a list of names, not 1"});
  CHECK(errors_of("enum: []") == Lines{"s.yaml:1:7: `enum` must be a list of values, not an empty list"});
  CHECK(errors_of("type: string\nenum: [a, 1]") ==
        Lines{"s.yaml:2:11: `type` does not allow this value of `enum`, 1"});
  CHECK(errors_of("anyOf: []") == Lines{"s.yaml:1:8: `anyOf` must be a list of schemas, not an empty list"});
  CHECK(errors_of("not: 1") == Lines{"s.yaml:1:6: a schema must be a mapping, not 1"});
  CHECK(errors_of("pattern: 1") == Lines{"s.yaml:1:10: `pattern` must be a string, not 1"});
  CHECK(errors_of("format: 1") == Lines{"s.yaml:1:9: `format` must be a string, not 1"});
  CHECK(errors_of("title: 1") == Lines{"s.yaml:1:8: `title` must be a string, not 1"});
  CHECK(errors_of("x-sensitive: yes") ==
        Lines{"s.yaml:1:14: `x-sensitive` must be true or false, not \"yes\""});
  CHECK(errors_of("$schema: http://json-schema.org/draft-07/schema#") ==
        Lines{"s.yaml:1:10: `$schema` is `http://json-schema.org/draft-07/schema#`, but only draft-04 is "
              "known here: "
              "`http://json-schema.org/draft-04/schema#`"});
}

TEST_CASE("what stands beside a reference", "[schema]") {
  CHECK(errors_of("definitions: {a: {}}\nitems:\n  $ref: '#/definitions/a'\n  maxLength: 3\n") ==
        Lines{"s.yaml:4:3: `maxLength` has no effect beside `$ref`; put both into `allOf`"});
  CHECK(errors_of("definitions: {a: {}}\nitems:\n  $ref: '#/definitions/a'\n  description: an item\n  "
                  "x-sensitive: true\n")
            .empty());
  CHECK(errors_of("$ref: '#/definitions/a'\ndefinitions:\n  a: {type: strin}\n") ==
        Lines{"s.yaml:3:13: unknown type `strin`; did you mean `string`?"});
}

TEST_CASE("patterns that cannot be kept", "[schema]") {
  CHECK(errors_of("pattern: (?=a)b") == Lines{"s.yaml:1:10: the pattern `(?=a)b` cannot be kept: look-ahead "
                                              "(?=...) is not supported: it stands at character 1"});
  CHECK(errors_of("patternProperties:\n  '(a)\\1': {}") ==
        Lines{"s.yaml:2:3: the pattern `(a)\\1` cannot be kept: the back-reference \\1 is not supported: it "
              "stands at character 4"});
}

TEST_CASE("patterns that are no regular expressions, or too large", "[schema]") {
  CHECK(errors_of("pattern: '(?<a'") ==
        Lines{"s.yaml:1:10: the pattern `(?<a` cannot be kept: a group's name has no end at character 1"});
  const std::string large = "((\\p{L}{1000}){1000}){1000}";
  CHECK(errors_of("pattern: '" + large + "'") ==
        Lines{"s.yaml:1:10: the pattern `" + large +
              "` cannot be kept: its quantifiers inside each other come to more than 1000 repetitions"});
}

TEST_CASE("schemas beyond a bound", "[schema]") {
  CompileOptions few;
  few.limits.subschemas = 2;
  CHECK(errors_of("properties:\n  a: {}\n  b: {}\n", few) == Lines{"s.yaml:3:6: more than 2 schemas"});
  CompileOptions flat;
  flat.limits.depth = 1;
  CHECK(errors_of("items:\n  items: {}\n", flat) == Lines{"s.yaml:2:10: schemas nest deeper than 1"});
  CompileOptions direct;
  direct.limits.chain = 2;
  CHECK(errors_of("allOf:\n  - allOf:\n      - allOf:\n          - {}\n", direct) ==
        Lines{"s.yaml:1:1: more than 2 schemas apply to one value inside each other"});
  CHECK(errors_of("id: " + std::string(5000, 'a')) ==
        Lines{"s.yaml:1:1: `id` comes to a URI longer than 4096 bytes"});
  std::string deep;
  for (std::size_t i = 0; i < 17; ++i)
    deep += "\n" + std::string(4 * i, ' ') + "properties:\n" + std::string(4 * i + 2, ' ') +
            std::string(1000, 'a') + ":";
  CHECK(errors_of(deep.substr(1) + " {}\n") ==
        Lines{"s.yaml:34:1069: the names that lead to this schema are longer than 16384 bytes together"});
  std::string wide = "properties:\n";
  for (int i = 0; i < 65'536; ++i) wide += "  p" + std::to_string(i) + ": {}\n";
  CHECK(errors_of(wide) == Lines{"s.yaml:65537:11: one schema names more than 65535 members"});
}

TEST_CASE("two schemas with one name", "[schema]") {
  CHECK(errors_of("definitions:\n  a: {id: '#x'}\n  b: {id: '#x'}\n") ==
        Lines{"s.yaml:3:11: `id` names two schemas `#x`"});
}

TEST_CASE("all errors are reported, in order, up to a bound", "[schema]") {
  CHECK(errors_of("properties:\n  a: {type: strin}\n  b: {minLength: -1}\nfoo: 1\n") ==
        Lines{"s.yaml:2:13: unknown type `strin`; did you mean `string`?",
              "s.yaml:3:18: `minLength` must be an integer that is not negative, not -1",
              "s.yaml:4:1: unknown keyword `foo`"});
  std::string many = "properties:\n";
  for (int i = 0; i < 500; ++i) many += "  p" + std::to_string(i) + ": {foo: 1}\n";
  const Lines errors = errors_of(many);
  REQUIRE(errors.size() == 101);
  CHECK(errors.back() == "s.yaml: there are more than these");
}

TEST_CASE("text that is no YAML is an error with its place", "[schema]") {
  const Compilation compiled = compile_text("a: [1,\n", "s.yaml");
  REQUIRE_FALSE(compiled.ok());
  CHECK(compiled.errors[0].text().starts_with("s.yaml:"));
  CHECK_FALSE(compiled.status().ok());
}

TEST_CASE("warnings: unknown formats, keywords of no effect", "[schema]") {
  const Compilation compiled = compile_text("type: string\nformat: colour\nminimum: 3\n", "s.yaml");
  REQUIRE(compiled.ok());
  REQUIRE(compiled.warnings.size() == 2);
  CHECK(compiled.warnings[0].text() == "s.yaml:2:9: the format `colour` is not known, and is not checked");
  CHECK(compiled.warnings[1].text() ==
        "s.yaml:3:10: `minimum` is about numbers, which `type` does not allow: it has no effect");
}

namespace {

class Bundle : public Resolver {
 public:
  void add(const std::string& path, std::string_view text) {
    auto& [document, source] = files_[path];
    source = document::SourceMap(path);
    REQUIRE(document::read_yaml(text, document, source));
  }
  Result<Resource> resolve(std::string_view uri) const override {
    const auto file = files_.find(std::string(uri));
    if (file == files_.end()) return Error(Code::not_found, "the bundle has no such file");
    return Resource{file->second.first.root(), &file->second.second};
  }

 private:
  std::map<std::string, std::pair<document::Document, document::SourceMap>> files_;
};

}  // namespace

TEST_CASE("references to other files of the bundle", "[schema]") {
  Bundle bundle;
  bundle.add("schemas/common/types.yaml",
             "definitions: {name: {type: string, maxLength: 3}, pair: {items: {$ref: '../more.yaml#/a'}}}");
  bundle.add("schemas/more.yaml", "a: {type: integer}");
  bundle.add("schemas/bad.yaml", "type: strin");
  CompileOptions options;
  options.resolver = &bundle;
  options.base_uri = "schemas/request.yaml";
  const auto schema = schema_of(
      "properties: {a: {$ref: 'common/types.yaml#/definitions/name'}, b: {$ref: "
      "'./common/../common/types.yaml#/definitions/pair'}}",
      options);
  CHECK(accepts(*schema, "{\"a\":\"abc\",\"b\":[1]}"));
  CHECK_FALSE(accepts(*schema, "{\"b\":[\"x\"]}"));
  const document::Document wrong = json("{\"a\":\"abcd\"}");
  const auto violations = schema->explain(wrong.root());
  REQUIRE(violations.size() == 1);
  CHECK(violations[0].schema_pointer == "schemas/common/types.yaml#/definitions/name/maxLength");
  CHECK(errors_of("items: {$ref: bad.yaml}", options) ==
        Lines{"schemas/bad.yaml:1:7: unknown type `strin`; did you mean `string`?"});
  CHECK(errors_of("items: {$ref: none.yaml}", options) ==
        Lines{"s.yaml:1:15: `$ref` `none.yaml` leads nowhere: the bundle has no such file"});
  options.limits.documents = 1;
  CHECK(errors_of("items: [{$ref: 'more.yaml#/a'}, {$ref: 'bad.yaml'}]", options) ==
        Lines{"s.yaml:1:40: `$ref` `bad.yaml` leads nowhere: more than 1 documents are referred to"});
  options.limits.documents = 64;
  options.limits.depth = 1;
  bundle.add("schemas/deep.yaml", "items: {items: {}}");
  CHECK(errors_of("items: {$ref: deep.yaml}", options) ==
        Lines{"s.yaml:1:15: `$ref` `deep.yaml` leads nowhere: the document it leads to cannot be compiled",
              "schemas/deep.yaml:1:16: schemas nest deeper than 1"});
  options.limits.depth = 500;
  CHECK(errors_of("items: {$ref: '../../../../etc/passwd'}", options) ==
        Lines{"s.yaml:1:15: `$ref` `../../../../etc/passwd` leads nowhere: the bundle has no such file"});
}

}  // namespace slipway::schema
