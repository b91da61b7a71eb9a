#include "authoring/shrink.hpp"

#include <catch2/catch.hpp>

#include "authoring/same_answer.hpp"
#include "document/json_reader.hpp"

using namespace slipway;
using namespace slipway::authoring;
using document::Json;

namespace {

Json json(std::string_view text) {
  document::Document document;
  REQUIRE(document::read_json(text, document).ok());
  return Json::of(document.root());
}

template <class Fails>
std::string smallest(std::string_view text, const Fails& fails) {
  return shrink(json(text), fails).to_text();
}

bool contains(const Json& document, const std::string& text) {
  return document.to_text().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("what the fault does not need goes") {
  CHECK(smallest(R"({"a":[1,2,{"b":"x","c":[null,true,7]}],"d":"long text"})", [](const Json& document) {
          return contains(document, "true");
        }) == R"({"a":[{"c":[true]}]})");
}

TEST_CASE("texts get shorter by whole characters, numbers nearer to zero") {
  CHECK(smallest(R"(["some text with \u00e4 in it"])",
                 [](const Json& document) { return contains(document, "\xC3\xA4"); }) == "[\"\xC3\xA4\"]");
  const auto above = [](const Json& document) {
    return document.is_array() && document.children.size() == 1 &&
           std::stod(document.children[0].text) > 1000;
  };
  CHECK(smallest("[98765.4321]", above) == "[1001]");
  const auto below = [](const Json& document) {
    return document.is_array() && document.children.size() == 1 && std::stod(document.children[0].text) < -17;
  };
  CHECK(smallest("[-500]", below) == "[-18]");
}

TEST_CASE("shrinking ends with its budget") {
  std::uint32_t asked = 0;
  const auto never = [&](const Json&) {
    ++asked;
    return false;
  };
  (void)shrink(json("[1,2,3,4,5,6,7,8,9,10,11,12]"), never, {.attempts = 3, .time = 3600 * kSecond});
  CHECK(asked == 3);
}

TEST_CASE("a respelled document means the same") {
  CHECK(respell(json(R"({"a":{"b":1,"c":2},"d":[3]})"), Respelling::reordered_members).to_text() ==
        R"({"d":[3],"a":{"c":2,"b":1}})");
  CHECK(respell(json(R"([1,-2,3.0,0.5,1e3,12345678901234567,"4"])"), Respelling::equal_numbers).to_text() ==
        R"([1.0,-2.0,3,0.5,1000,12345678901234567,"4"])");
}
