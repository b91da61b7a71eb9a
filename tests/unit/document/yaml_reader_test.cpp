#include "document/yaml_reader.hpp"

#include <catch2/catch.hpp>

#include "document/json_writer.hpp"

using namespace slipway;
using namespace slipway::document;

namespace {

std::string json(std::string_view yaml) {
  Document document;
  SourceMap source("file.yaml");
  const Status read = read_yaml(yaml, document, source);
  return read.ok() ? to_json(document.root()) : read.error().message;
}

}  // namespace

TEST_CASE("scalars mean what YAML 1.2 says, not YAML 1.1") {
  CHECK(json("[yes, no, on, off, y, n]") == R"(["yes","no","on","off","y","n"])");
  CHECK(json("[true, True, FALSE]") == "[true,true,false]");
  CHECK(json("[null, ~, Null, NULL]") == "[null,null,null,null]");
  CHECK(json("a:") == R"({"a":null})");
  CHECK(json("[017, 0o17, 0xFF, +5]") == "[17,15,255,5]");
  CHECK(json("[.5, 5., 1e3, -1.5E-2]") == "[0.5,5.0,1000.0,-0.015]");
  CHECK(json("1_000") == "\"1_000\"");
  CHECK(json("12:30:45") == "\"12:30:45\"");
  CHECK(json("2027-06-01") == "\"2027-06-01\"");
  CHECK(json("[0x, 0o8, 1.2.3, e5, \".\", +]") == R"(["0x","0o8","1.2.3","e5",".","+"])");
  CHECK(json("18446744073709551615") == "18446744073709551615");
}

TEST_CASE("quotes and tags decide") {
  CHECK(json(R"(["1", 'true', "null", ""])") == R"(["1","true","null",""])");
  CHECK(json("!!str 1") == "\"1\"");
  CHECK(json("!!float 1") == "1.0");
  CHECK(json("!!int \"7\"") == "7");
  CHECK(json("!!int x") == "file.yaml:1:1: \"x\" is no !!int");
  CHECK(json("!!binary aGk=") == "file.yaml:1:1: the tag !!binary is not supported here");
  CHECK(json("!mine x").find("is not supported; remove it") != std::string::npos);
  CHECK(json("|\n  two\n  lines\n") == "\"two\\nlines\\n\"");
}

TEST_CASE("JSON is YAML") {
  CHECK(json(R"({"a": [1, 2.5, null], "b": {"c": "\u00e9"}})") ==
        "{\"a\":[1,2.5,null],\"b\":{\"c\":\"\xC3\xA9\"}}");
}

TEST_CASE("aliases are expanded") {
  CHECK(json("a: &x [1, 2]\nb: *x\nc: &s text\nd: *s") == R"({"a":[1,2],"b":[1,2],"c":"text","d":"text"})");
  CHECK(json("a: &x {k: 1}\nb: [*x, *x]") == R"({"a":{"k":1},"b":[{"k":1},{"k":1}]})");
}

TEST_CASE("hostile YAML is refused with file, line and column") {
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"a: 1\nb: 2\na: 3\n", "file.yaml:3:1: the key \"a\" appears twice; it is on line 1 too"},
      {"? [a, b]\n: 1\n", "file.yaml:1:3: a key must be a string, not a map or a sequence"},
      {"1: x\n", "file.yaml:1:1: a key must be a string; put quotes around 1"},
      {"true: x\n", "file.yaml:1:1: a key must be a string; put quotes around true"},
      {"a: &x {b: 1}\nc:\n  <<: *x\n",
       "file.yaml:3:3: merge keys (<<) are not supported; write the members out"},
      {"a: 1\n---\nb: 2\n", "file.yaml:3:1: a second YAML document; only one is expected"},
      {"a: .inf\n", "file.yaml:1:4: .inf cannot be written as JSON"},
      {"- -.Inf\n", "file.yaml:1:3: -.Inf cannot be written as JSON"},
      {"- .NaN\n", "file.yaml:1:3: .NaN cannot be written as JSON"},
      {"a: 1e999\n", "file.yaml:1:4: the number 1e999 is beyond the range of a double"},
      {"a: 0xFFFFFFFFFFFFFFFFF\n", "file.yaml:1:4: the number 0xFFFFFFFFFFFFFFFFF does not fit into 64 bits"},
      {"a: \xFF\n", "file.yaml:1:4: invalid UTF-8"},
      {"a: 1\nb: \x01\n", "file.yaml:2:4: a control character; write it as an escape in double quotes"},
      {"&a [*a]", "file.yaml:1:5: an alias inside the value that it refers to"},
      {"a: &x\n  b: *x\n", "file.yaml:2:6: an alias inside the value that it refers to"},
      {"", "file.yaml:1:1: the file is empty"},
  };
  for (const auto& [yaml, words] : texts) CHECK(json(yaml) == words);
  CHECK(json("a: [1, 2\nb: 3\n").starts_with("file.yaml:"));
  CHECK(json("a: b: c\n").starts_with("file.yaml:1:"));
  CHECK(json("*nowhere").starts_with("file.yaml:1:"));
  CHECK(json("\tx: 1").starts_with("file.yaml:"));
}

TEST_CASE("an alias bomb stops at the bound on values") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string previous = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + previous;
    for (int j = 1; j < 10; ++j) bomb += ", " + previous;
    bomb += "]\n";
  }
  Document document;
  SourceMap source("bomb.yaml");
  Limits limits;
  limits.nodes = 100'000;
  const Status read = read_yaml(bomb, document, source, limits);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().message.find("more than 100000 values") != std::string::npos);
}

TEST_CASE("deep nesting is refused, in flow and in block style") {
  CHECK(json(std::string(100'000, '[')).starts_with("file.yaml:1:"));
  std::string block;
  for (int i = 0; i < 200; ++i) block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(json(block).find("nested more than 64 deep") != std::string::npos);
}

TEST_CASE("every value and key knows its line and column") {
  Document document;
  SourceMap source("m.yaml");
  REQUIRE(read_yaml("name: x\nlimits:\n  queue: 5\nlist:\n  - 1\n  - {deep: yes}\n", document, source).ok());
  CHECK(source.describe("/limits/queue") == "m.yaml:3:10");
  CHECK(source.describe("/limits/queue", true) == "m.yaml:3:3");
  CHECK(source.describe("/list/0") == "m.yaml:5:5");
  CHECK(source.describe("/list/1/deep") == "m.yaml:6:12");
  CHECK(source.describe("") == "m.yaml:1:1");
  CHECK(source.describe("/limits/missing/deeper") == "m.yaml:3:3");
}
