#include "document/json_tree.hpp"

#include <catch2/catch.hpp>

#include "document/json_reader.hpp"

using namespace slipway;
using namespace slipway::document;

TEST_CASE("a tree is what the document was") {
  constexpr const char* kText = R"({"a":[1,2.5,1.0,null,true],"b":{"c":"x\n\u0001\"","d":[]},"e":[0.5,1.5]})";
  Document document;
  REQUIRE(read_json(kText, document).ok());
  Json tree = Json::of(document.root());
  CHECK(tree.to_text() == kText);
  CHECK(tree.find("b")->find("d")->is_array());
  CHECK(tree.find("a")->children[2] != Json::literal("1"));
  tree.set("e", Json::string("y"));
  tree.erase(0);
  CHECK(tree.to_text() == R"({"b":{"c":"x\n\u0001\"","d":[]},"e":"y"})");
}

TEST_CASE("a tree may say what no document says") {
  Json tree = Json::object();
  tree.keys = {"a", "a"};
  tree.children = {Json::literal("1e400"), Json::number(-2)};
  CHECK(tree.to_text() == R"({"a":1e400,"a":-2})");
}
