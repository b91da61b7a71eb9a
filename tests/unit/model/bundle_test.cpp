#include "model/bundle.hpp"

#include <catch2/catch.hpp>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::model;

TEST_CASE("a bundle is opened without its plugin") {
  TemporaryBundle bundle("");
  const Result<Bundle> opened = open_bundle(bundle.bundle());
  REQUIRE(opened.ok());
  CHECK(opened->plugin_file().filename() == "plugin.so");
  CHECK(opened->request.yaml.starts_with("type: object"));
}

TEST_CASE("a schema may refer to other files of the bundle, and to nothing else") {
  TemporaryBundle bundle("");
  bundle.write("schemas/common.yaml", "definitions: {name: {type: string, minLength: 2}}\n");
  bundle.write("schemas/request.yaml", "properties: {name: {$ref: 'common.yaml#/definitions/name'}}\n");
  REQUIRE(open_bundle(bundle.bundle()).ok());
  for (const char* uri : {"../../secret.yaml", "/etc/hostname", "http://example.com/schema.yaml",
                          "missing.yaml", "file:///etc/hostname"}) {
    CAPTURE(uri);
    bundle.write("schemas/request.yaml", "properties: {name: {$ref: '" + std::string(uri) + "'}}\n");
    const Result<Bundle> opened = open_bundle(bundle.bundle());
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().message.find("request.yaml:1:") != std::string::npos);
  }
  std::filesystem::create_symlink("/etc/hostname", bundle.bundle() / "schemas" / "link.yaml");
  bundle.write("schemas/request.yaml", "properties: {name: {$ref: 'link.yaml'}}\n");
  CHECK_FALSE(open_bundle(bundle.bundle()).ok());
}

TEST_CASE("what is missing or broken is named") {
  CHECK(open_bundle("/no/such/folder").error().message.find("is not a folder") != std::string::npos);
  TemporaryBundle no_schema("");
  std::filesystem::remove(no_schema.bundle() / "schemas/response.yaml");
  CHECK(open_bundle(no_schema.bundle()).error().message.find("response.yaml: No such file") !=
        std::string::npos);
  TemporaryBundle outside("", "name: tested\nversion: 1.0.0\nschemas: {request: ../../../etc/passwd}\n");
  CHECK(open_bundle(outside.bundle()).error().message.find("leads out of ") != std::string::npos);
  TemporaryBundle both("");
  both.write("schemas/request.yaml", "typ: object\n");
  both.write("schemas/response.yaml", "type: objct\n");
  const std::string message = open_bundle(both.bundle()).error().message;
  CHECK(message.find("request.yaml:1:1: ") != std::string::npos);
  CHECK(message.find("response.yaml:1:7: ") != std::string::npos);
}

TEST_CASE("what is known of a bundle's files is not read again") {
  TemporaryBundle bundle("", "name: tested\nversion: 1.2.0\nparameters: {rate: 1.0, text: 'a: b'}\n");
  bundle.write("schemas/common.yaml", "definitions: {name: {type: string, minLength: 2}}\n");
  bundle.write("schemas/request.yaml", "properties: {name: {$ref: 'common.yaml#/definitions/name'}}\n");
  const Result<Bundle> read = open_bundle(bundle.bundle());
  REQUIRE(read.ok());
  ParsedYaml known = parsed_yaml(*read);
  CHECK(known.size() == 4);
  // Files that are no longer those show who is asked.
  bundle.write("model.yaml", "broken: [");
  bundle.write("schemas/common.yaml", "broken: [");
  const Result<Bundle> opened = open_bundle(bundle.bundle(), known);
  REQUIRE(opened.ok());
  CHECK(parsed_yaml(*opened) == known);
  CHECK(opened->manifest.version.text() == "1.2.0");
  CHECK(document::to_json(opened->manifest.parameters.root()) == R"({"rate":1.0,"text":"a: b"})");
  document::Document request;
  REQUIRE(document::read_json(R"({"name":"x"})", request));
  CHECK_FALSE(opened->request.compiled.schema->accepts(request.root()));

  SECTION("what is known and broken, or gives warnings, is of no use") {
    const char* const file = GENERATE("model.yaml", "schemas/request.yaml", "schemas/common.yaml");
    known[file] = "{";
    const Result<Bundle> tried = open_bundle(bundle.bundle(), known);
    REQUIRE_FALSE(tried.ok());
    CHECK(tried.error().message.find("model.yaml:1:") != std::string::npos);
  }
}
