#include "schema/openapi_schemas.hpp"

#include <map>

#include "document/json_writer.hpp"
#include "support.hpp"

namespace slipway::schema {
namespace {

using Files = std::map<std::string, std::string>;

class Folder : public Resolver {
 public:
  explicit Folder(const Files& files) {
    for (const auto& [name, text] : files) {
      auto& [document, source] = files_[name];
      REQUIRE(document::read_yaml(text, document, source));
    }
  }
  Result<Resource> resolve(std::string_view uri) const override {
    const auto file = files_.find(std::string(uri));
    if (file == files_.end()) return Error(Code::not_found, "there is no such file");
    return Resource{file->second.first.root(), &file->second.second};
  }

 private:
  std::map<std::string, std::pair<document::Document, document::SourceMap>> files_;
};

// The components that a schema becomes, the root's being "m".
std::string components_of(std::string_view yaml, const Files& files = {}) {
  const Folder folder(files);
  CompileOptions options;
  options.resolver = &folder;
  options.base_uri = "schemas/request.yaml";
  document::Document schema;
  document::SourceMap source("s.yaml");
  REQUIRE(document::read_yaml(yaml, schema, source));
  REQUIRE(compile(schema.root(), source, options).ok());
  OpenApiSchemas schemas;
  schemas.add("m", schema.root(), options);
  document::Document out;
  document::Builder builder;
  builder.start(out);
  builder.begin_object();
  schemas.write(builder);
  builder.end_object();
  REQUIRE(builder.finish());
  return document::to_json(out.root());
}

}  // namespace

TEST_CASE("keywords that mean the same stay as they are", "[schema]") {
  const char* const same =
      R"({"title":"a","description":"b","type":["object","null"],"required":["a"],"additionalProperties":false,)"
      R"("properties":{"a":{"type":"string","minLength":1,"pattern":"^a","format":"uri","enum":["a:"],"default":"a:"}},)"
      R"("minProperties":1,"patternProperties":{"^x":{"not":{"type":"null"}}},"x-note":{"id":1,"$ref":"x"}})";
  CHECK(components_of(same) == "{\"m\":" + std::string(same) + "}");
}

TEST_CASE("keywords that became others are translated", "[schema]") {
  CHECK(components_of("minimum: 1\nexclusiveMinimum: true\nmaximum: 9.5\nexclusiveMaximum: true\n") ==
        R"({"m":{"exclusiveMinimum":1,"exclusiveMaximum":9.5}})");
  CHECK(components_of("minimum: 1\nexclusiveMinimum: false\n") == R"({"m":{"minimum":1}})");
  CHECK(components_of("items: [{type: string}, {type: 'null'}]\nadditionalItems: false\n") ==
        R"({"m":{"prefixItems":[{"type":"string"},{"type":"null"}],"items":false}})");
  CHECK(components_of("items: [{}]\nadditionalItems: {minimum: 0, exclusiveMinimum: true}\n") ==
        R"({"m":{"prefixItems":[{}],"items":{"exclusiveMinimum":0}}})");
  CHECK(components_of("items: {minimum: 0, exclusiveMinimum: true}\n") ==
        R"({"m":{"items":{"exclusiveMinimum":0}}})");
  CHECK(components_of("dependencies: {a: [b], c: {required: [d]}}\n") ==
        R"({"m":{"dependentRequired":{"a":["b"]},"dependentSchemas":{"c":{"required":["d"]}}}})");
  CHECK(components_of(
            "$schema: http://json-schema.org/draft-04/schema#\nid: http://example.com/a\ntype: string\n") ==
        R"({"m":{"type":"string"}})");
}

TEST_CASE("names of members are no keywords", "[schema]") {
  CHECK(
      components_of(
          "properties: {items: {type: string}, id: {type: string}, definitions: {type: string}}\n") ==
      R"({"m":{"properties":{"items":{"type":"string"},"id":{"type":"string"},"definitions":{"type":"string"}}}})");
}

TEST_CASE("what is referred to becomes a component", "[schema]") {
  CHECK(
      components_of(
          "properties: {a: {$ref: '#/definitions/name'}}\ndefinitions: {name: {type: string}, idle: {}}\n") ==
      R"({"m":{"properties":{"a":{"$ref":"#/components/schemas/m.name"}}},"m.name":{"type":"string"}})");
  // Recursion, to the whole and to a part, and by `id`.
  CHECK(
      components_of("properties: {next: {$ref: '#'}, tree: {$ref: '#tree'}}\n"
                    "definitions: {t: {id: '#tree', items: {$ref: '#tree'}}}\n") ==
      R"({"m":{"properties":{"next":{"$ref":"#/components/schemas/m"},"tree":{"$ref":"#/components/schemas/m.t"}}},)"
      R"("m.t":{"items":{"$ref":"#/components/schemas/m.t"}}})");
  // What may stand beside a reference stays there.
  CHECK(
      components_of("items: {$ref: '#/definitions/a b', description: one, x-sensitive: true}\ndefinitions: "
                    "{'a b': {}}\n") ==
      R"({"m":{"items":{"$ref":"#/components/schemas/m.a_b","description":"one","x-sensitive":true}},"m.a_b":{}})");
}

TEST_CASE("references to other files lead into the same document", "[schema]") {
  CHECK(
      components_of("properties: {a: {$ref: 'common.yaml#/definitions/a'}, b: {$ref: 'whole.yaml'}}\n",
                    {{"schemas/common.yaml", "definitions: {a: {items: {$ref: 'more/b.yaml#/a'}}}"},
                     {"schemas/more/b.yaml", "a: {$ref: '../whole.yaml'}"},
                     {"schemas/whole.yaml", "type: integer"}}) ==
      R"({"m":{"properties":{"a":{"$ref":"#/components/schemas/m.a"},"b":{"$ref":"#/components/schemas/m.whole"}}},)"
      R"("m.a":{"items":{"$ref":"#/components/schemas/m.a-2"}},"m.whole":{"type":"integer"},)"
      R"("m.a-2":{"$ref":"#/components/schemas/m.whole"}})");
}

TEST_CASE("the meta-schema can be a component", "[schema]") {
  const std::string components = components_of("$ref: 'http://json-schema.org/draft-04/schema#'\n");
  CHECK(components.starts_with(R"({"m":{"$ref":"#/components/schemas/m.schema"},"m.schema":{)"));
  CHECK(components.find("\"$schema\":\"http") == std::string::npos);
}

}  // namespace slipway::schema
