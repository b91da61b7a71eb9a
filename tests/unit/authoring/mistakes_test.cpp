#include "authoring/mistakes.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "authoring/judgement.hpp"
#include "document/json_reader.hpp"
#include "schema/compile.hpp"

using namespace slipway;
using namespace slipway::authoring;
using document::Json;

namespace {

constexpr const char* kSchema = R"(
type: object
required: [count, born, left]
properties:
  count: {type: integer, minimum: 3, maximum: 40}
  born: {type: string}
  left: {type: string}
  tags: {type: array, items: {type: string}}
)";
constexpr const char* kDocument = R"({"count":5,"born":"1990-01-02","left":"2020-03-04","tags":["a","b"]})";

Json json(std::string_view text) {
  document::Document document;
  REQUIRE(document::read_json(text, document).ok());
  return Json::of(document.root());
}

struct Made {
  std::string text;
  std::string pointer;
};

std::vector<Made> all_of(MistakeKind kind) {
  const schema::Compilation compiled = schema::compile_text(kSchema, "request.yaml");
  REQUIRE(compiled.ok());
  const Mistakes mistakes(*compiled.schema);
  const Json document = json(kDocument);
  Random random(1);
  std::vector<Made> made;
  for (const Mistake& mistake : mistakes.find(document, random))
    if (mistake.kind == kind)
      made.push_back({mistakes.changed(document, mistake).to_text(), Mistakes::pointer(document, mistake)});
  return made;
}

bool has(const std::vector<Made>& all, const std::string& text, const std::string& pointer) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Made& each) { return each.text == text && each.pointer == pointer; });
}

}  // namespace

TEST_CASE("each mistake changes one place, and knows it") {
  CHECK(has(all_of(MistakeKind::missing_member),
            R"({"born":"1990-01-02","left":"2020-03-04","tags":["a","b"]})", "/count"));
  CHECK(has(all_of(MistakeKind::null_value),
            R"({"count":5,"born":"1990-01-02","left":"2020-03-04","tags":["a",null]})", "/tags/1"));
  CHECK(has(all_of(MistakeKind::extra_member),
            R"({"count":5,"born":"1990-01-02","left":"2020-03-04","tags":["a","b"],"unexpectedMember":1})",
            "/unexpectedMember"));
  CHECK(has(all_of(MistakeKind::repeated_member),
            R"({"count":5,"born":"1990-01-02","left":"2020-03-04","tags":["a","b"],"count":5})", "/count"));
  CHECK(has(all_of(MistakeKind::swapped_dates),
            R"({"count":5,"born":"2020-03-04","left":"1990-01-02","tags":["a","b"]})", ""));
  CHECK(has(all_of(MistakeKind::empty_array),
            R"({"count":5,"born":"1990-01-02","left":"2020-03-04","tags":[]})", "/tags"));
  CHECK(has(all_of(MistakeKind::lone_surrogate),
            R"({"count":5,"born":"1990-01-02","left":"2020-03-04","tags":["\ud800","b"]})", "/tags/0"));
}

TEST_CASE("numbers are tried at and around the schema's bounds, and where doubles end") {
  const std::vector<Made> made = all_of(MistakeKind::number);
  const std::string rest = R"(,"born":"1990-01-02","left":"2020-03-04","tags":["a","b"]})";
  for (const char* const number :
       {"-0.0", "-1", "1e308", "9007199254740993", "2", "3", "4", "39", "40", "41"})
    CHECK(has(made, "{\"count\":" + std::string(number) + rest, "/count"));
}

TEST_CASE("what breaks JSON is refused, and nothing else is") {
  for (std::size_t kind = 0; kind < kMistakeKinds; ++kind) {
    const auto mistake = static_cast<MistakeKind>(kind);
    const std::vector<Made> made = all_of(mistake);
    CHECK_FALSE(made.empty());
    for (const Made& each : made) {
      document::Document document;
      INFO(each.text.substr(0, 200));
      CHECK(document::read_json(each.text, document).ok() != breaks_json(mistake));
    }
  }
}

TEST_CASE("a refusal must name the place, or what combines it with others") {
  const auto refused_at = [](const std::string& pointer, const std::string& keyword) {
    Answer answer;
    answer.outcome = model::Outcome::invalid_request;
    answer.violations.push_back({pointer, keyword, "", "is wrong"});
    return answer;
  };
  const schema::Compilation compiled =
      schema::compile_text("properties: {s: {type: object, x-sensitive: true}}", "request.yaml");
  REQUIRE(compiled.ok());
  const auto wrong = [&](const Answer& answer, MistakeKind kind, const char* pointer) {
    return judge_refusal(answer, kind, pointer, *compiled.schema).has_value();
  };
  CHECK_FALSE(wrong(refused_at("/s", "additionalProperties"), MistakeKind::extra_member, "/s/secret"));
  CHECK_FALSE(wrong(refused_at("/a", "type"), MistakeKind::null_value, "/a"));
  CHECK_FALSE(wrong(refused_at("/a/0", "type"), MistakeKind::wrong_type, "/a"));
  CHECK_FALSE(wrong(refused_at("", "minProperties"), MistakeKind::null_value, "/a"));
  CHECK(wrong(refused_at("", "type"), MistakeKind::null_value, "/a"));
  CHECK(wrong(refused_at("/b", "type"), MistakeKind::null_value, "/a"));
  CHECK(wrong(refused_at("/ab", "type"), MistakeKind::null_value, "/a"));
  CHECK(wrong(refused_at("/a", "type"), MistakeKind::lone_surrogate, "/a"));
}
