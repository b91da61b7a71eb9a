#include "slipway/testing.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <sstream>
#include <thread>

#include "document/json_reader.hpp"
#include "document/verify.hpp"

using namespace slipway::testing;

namespace {

struct Point {
  double x = 0;
};
inline void slipway_write(const Point& it, slipway::ObjectWriter& out) {
  out.required("x", it.x);
}

// Answers with its request, a number times the parameter `factor`.
class Factor {
 public:
  explicit Factor(const slipway::Setup& setup) : factor_(setup.parameters()["factor"].number()) {
    if (!(factor_ > 0)) throw slipway::InvalidArgument("/factor", "must be above 0");
  }
  Point predict(double number) const { return {factor_ * number}; }

 private:
  double factor_;
};

// Copies its request; text that starts with a word of its own says what to do wrong instead.
class Copier {
 public:
  explicit Copier(const slipway::Setup& setup) : directory_(setup.directory()) {}
  void predict(slipway::Request request, slipway::Response& out, const slipway::Context& context) const {
    context.throw_if_cancelled();
    const std::string_view what = request.is_string() ? request.text() : "";
    if (what == "throw") throw slipway::Unavailable("busy");
    if (what == "refuse") throw slipway::InvalidArgument("/0", "is odd");
    if (what == "nothing") return;
    if (what == "directory") return out = directory_, void();
    if (what == "infinity") out = std::numeric_limits<double>::infinity();
    if (what == "nan") out = std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()};
    if (what == "twice") out = 1;
    if (what == "same name") out.object([](auto& o) { o["a"] = 1, o["a"] = 2; });
    if (what == "no value") out.object([](auto& o) { (void)o["a"]; });
    if (what == "deadline") return out = context.remaining_ns() > 0, void();
    if (what == "tensor") {
      const std::uint64_t shape[] = {2, 1, 2};
      const std::int8_t data[] = {1, -2, 3, 4};
      return out.tensor<std::int8_t>(shape, data);
    }
    out = slipway::Json(request);
  }

 private:
  std::string directory_;
};

std::string text_of(const slipway::Json& json) {
  std::string text;
  slipway::testing::detail::append_json(json, text);
  return text;
}

std::string wide_object(int members) {
  std::string text = "{";
  for (int i = 0; i < members; ++i)
    text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":[" + std::to_string(i) + "]";
  return text + "}";
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("documents are those of a host") {
  const std::vector<std::string> texts = {"null",
                                          "true",
                                          "false",
                                          "0",
                                          "-0",
                                          "-1",
                                          "1.5",
                                          "1e3",
                                          "-2.5E-3",
                                          "9223372036854775807",
                                          "-9223372036854775808",
                                          "9223372036854775808",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "1e308",
                                          "5e-324",
                                          "1e-400",
                                          R"("")",
                                          R"("a\"\\\/\b\f\n\r\tz")",
                                          R"("\u0000\u00e9\u20AC\ud83d\ude00é")",
                                          "[]",
                                          "{}",
                                          "[1]",
                                          "[1,2,3]",
                                          "[1.5,2.5]",
                                          "[1,2.5,-0,-0.0,4,5,6,7,8,9]",
                                          "[0.5,9007199254740992,-9007199254740992]",
                                          "[0.5,9007199254740993]",
                                          "[1,18446744073709551615]",
                                          "[1.5,\"x\"]",
                                          "[[1,2],[3.5]]",
                                          "[null]",
                                          R"({"a":1})",
                                          R"({"a":{"b":[{"c":[0.5]}]}})",
                                          R"( { "a" : [ 1 , { } ] , "" : "x" } )",
                                          wide_object(16),
                                          wide_object(17),
                                          wide_object(300),
                                          nested(64)};
  for (const std::string& text : texts) {
    INFO(text);
    slipway::document::Document theirs;
    REQUIRE(slipway::document::read_json(text, theirs));
    const slipway::testing::detail::TestDocument ours(json(text).value());
    const auto* const block = reinterpret_cast<const std::byte*>(ours.root());
    const slipway::Status verified =
        slipway::document::verify({block, ours.size()}, slipway::document::Limits());
    CHECK((verified ? "" : verified.error().message) == "");
    CHECK(slipway::document::equal(slipway::document::Value(ours.root()), theirs.root()));
    CHECK(ours.root()->kind == theirs.root().node()->kind);
  }
}

TEST_CASE("what is no JSON is refused, as by a host") {
  for (const std::string& text : std::vector<std::string>{"",
                                                          " ",
                                                          "nul",
                                                          "1 2",
                                                          "[1",
                                                          "[1,]",
                                                          "[,1]",
                                                          "{",
                                                          R"({"a"})",
                                                          R"({"a":})",
                                                          R"({"a":1,})",
                                                          R"({a:1})",
                                                          R"({"a":1,"a":2})",
                                                          "01",
                                                          "-",
                                                          "1.",
                                                          ".5",
                                                          "1e",
                                                          "+1",
                                                          "1e400",
                                                          "-1e400",
                                                          "NaN",
                                                          R"(")",
                                                          R"("\x")",
                                                          R"("\u12")",
                                                          R"("\ud800")",
                                                          R"("\udc00\ud800")",
                                                          R"("\ud800\u0041")",
                                                          "\"\n\"",
                                                          "'a'",
                                                          "[1}",
                                                          nested(65)}) {
    INFO(text);
    slipway::document::Document theirs;
    CHECK_FALSE(slipway::document::read_json(text, theirs));
    CHECK_THROWS_AS(json(text), std::invalid_argument);
  }
  CHECK_THROWS_WITH(json("[1,]"), "JSON for a test: expected a value at byte 3");
}

TEST_CASE("a model is made and called as by a host") {
  const Model<Factor> model({.parameters = R"({"factor":2})"});
  CHECK(model.predict("21") == json(R"({"x":42})"));
  CHECK(model.get().predict(3).x == 6);
  const Answer refused = model.predict("\"x\"");
  CHECK(refused.status == SLW_INVALID_ARGUMENT);
  CHECK(refused.message == "expected a number, found a string");
  CHECK_FALSE(refused == json("null"));
  CHECK_THROWS_WITH(Model<Factor>({.parameters = R"({"factor":0})"}), "parameters/factor: must be above 0");
  CHECK_THROWS_WITH(Model<Factor>(), "parameters: the member \"factor\" is missing");
}

TEST_CASE("every value comes back") {
  const Model<Copier> model;
  for (const char* const text :
       {"null", "true", "-5", "18446744073709551615", "0.1", "1e+300", R"("a\"\\\u0001")", "[]", "{}",
        "[1,2]", "[0.5,1]", R"({"a":[null,{"b":"c"}],"d":{}})"})
    CHECK(text_of(model.predict(text).response) == text);
  CHECK(model.predict("\"tensor\"") == json("[[[1,-2]],[[3,4]]]"));
}

TEST_CASE("failures have their status, reason and pointer") {
  const Model<Copier> model({.directory = "some/where"});
  CHECK(model.predict("\"directory\"") == json("\"some/where\""));
  CHECK(model.predict("\"throw\"").status == SLW_UNAVAILABLE);
  CHECK(model.predict("\"throw\"").message == "busy");
  CHECK(model.predict("\"refuse\"").pointer == "/0");
  CHECK(model.predict("1", std::chrono::nanoseconds::max(), true).status == SLW_CANCELLED);
  CHECK(model.predict("\"deadline\"", std::chrono::hours(1)) == json("true"));
  CHECK(model.predict("\"deadline\"", std::chrono::nanoseconds(-1)) == json("false"));
  for (const auto& [what, reason] : std::vector<std::pair<std::string, std::string>>{
           {"nothing", "the response is not complete"},
           {"infinity", "the response has a NaN or an infinity, which JSON has not"},
           {"nan", "the response has a NaN or an infinity, which JSON has not"},
           {"twice", "the response has a second value"},
           {"same name", "the response has the same name twice in an object"},
           {"no value", "the response ends an object or an array wrongly"}}) {
    INFO(what);
    const Answer answer = model.predict("\"" + what + "\"");
    CHECK(answer.status == SLW_FAILED);
    CHECK(answer.message == reason);
  }
}

TEST_CASE("the first difference is told by its place") {
  const Model<Copier> model;
  const auto difference = [&](const char* actual, const char* expected, double tolerance = 0) {
    const Answer answer = model.predict(actual);
    const std::string found = answer.difference(json(expected).within(tolerance));
    CHECK((answer == json(expected).within(tolerance)) == found.empty());
    return found;
  };
  CHECK(difference(R"({"a":1,"b":[1.0,2]})", R"({"b":[1,2.0],"a":1.0})").empty());
  CHECK(difference("1.05", "1", 0.1).empty());
  CHECK(difference("7", "5", 2).empty());
  CHECK(difference("1.05", "1", 0.01) == ": is 1.05, expected 1");
  CHECK(difference("9007199254740993", "9007199254740992") ==
        ": is 9007199254740993, expected 9007199254740992");
  CHECK(difference("18446744073709551615", "18446744073709551615").empty());
  CHECK(difference("true", "1") == ": is true, expected 1");
  CHECK(difference("\"a\"", "\"b\"") == ": is \"a\", expected \"b\"");
  CHECK(difference("null", "null").empty());
  CHECK(difference("[1,[2]]", "[1,[3]]") == "/1/0: is 2, expected 3");
  CHECK(difference("[1]", "[1,2]") == ": has 1 elements, expected 2");
  CHECK(difference(R"({"a/b":1})", R"({"a/b":2})") == "/a~1b: is 1, expected 2");
  CHECK(difference(R"({"a":1})", R"({"b":1})") == "/b: is missing");
  CHECK(difference(R"({"a":1,"b":1})", R"({"b":1})") == "/a: was not expected");
  CHECK(difference("[]", "{}") == ": is [], expected {}");
  CHECK(difference("\"throw\"", "1") == "status 5: busy");
}

TEST_CASE("what a test framework prints") {
  const Model<Copier> model;
  std::ostringstream out;
  out << model.predict("[1.5]") << json("{\"a\":null}") << model.predict("\"refuse\"");
  CHECK(out.str() == R"([1.5]{"a":null}status 1 at "/0": is odd)");
}

TEST_CASE("calls may come from many threads") {
  const Model<Copier> model;
  std::vector<int> wrong(4);
  {
    std::vector<std::jthread> threads;
    for (int& count : wrong)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) count += model.predict("[0.5,{}]") == json("[0.5,{}]") ? 0 : 1;
      });
  }
  CHECK(wrong == std::vector<int>(4));
}

TEST_CASE("a file that is no plugin is refused") {
  CHECK_THROWS_AS(Plugin("/nowhere/x.so"), std::runtime_error);
  CHECK_THROWS_WITH(Plugin("libm.so.6"), "libm.so.6 is no plugin: it has no slipway_plugin_v0");
}
