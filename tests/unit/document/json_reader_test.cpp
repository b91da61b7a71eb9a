#include "document/json_reader.hpp"

#include <catch2/catch.hpp>

#include "document/json_writer.hpp"

using namespace slipway;
using namespace slipway::document;

namespace {

std::string round_trip(std::string_view json) {
  Document document;
  const Status read = read_json(json, document);
  if (!read.ok()) return "error: " + read.error().message;
  return to_json(document.root());
}

Error refusal(std::string_view json, const Limits& limits = {}) {
  Document document;
  const Status read = read_json(json, document, limits);
  REQUIRE_FALSE(read.ok());
  CHECK(document.empty());
  return read.error();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("JSON is read and written back as it was") {
  const std::string_view texts[] = {"null",
                                    "true",
                                    "false",
                                    "0",
                                    "-7",
                                    "\"\"",
                                    "[]",
                                    "{}",
                                    "[[]]",
                                    "[{}]",
                                    R"({"":""})",
                                    R"({"a":1,"b":[true,false,null],"c":{"d":"text"}})",
                                    "[1,2,3]",
                                    "[1.5,2,-0.25]",
                                    "[1,\"x\",2.5]",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    "18446744073709551615",
                                    "1.0",
                                    "-0",
                                    "-0.0",
                                    "1e+300",
                                    "100000000000000000000",
                                    R"("quote \" backslash \\ newline \n")",
                                    "\"caf\xC3\xA9 \xF0\x9F\x9A\xA2\""};
  for (const std::string_view text : texts) CHECK(round_trip(text) == text);
}

TEST_CASE("white space and escapes are understood") {
  CHECK(round_trip(" \t\r\n{ \"a\" : [ 1 , 2.5 ] , \"b\":\n[ ] } ") == R"({"a":[1,2.5],"b":[]})");
  CHECK(round_trip(R"("\u00e9\ud83d\udea2\/\b\f\n\r\t\u0000")") ==
        "\"\xC3\xA9\xF0\x9F\x9A\xA2/\\b\\f\\n\\r\\t\\u0000\"");
}

TEST_CASE("malformed JSON is refused with the byte where it goes wrong") {
  const std::pair<std::string_view, std::string> texts[] = {
      {"", "malformed JSON at byte 0: the body is empty"},
      {"   ", "malformed JSON at byte 3: the document is empty"},
      {"{\"parameters\":", "malformed JSON at byte 14: invalid value"},
      {"[1,", "malformed JSON at byte 3: invalid value"},
      {"[1 2]", "malformed JSON at byte 3: missing a comma or ']' after an array element"},
      {"{\"a\" 1}", "malformed JSON at byte 5: missing a colon after a name of object member"},
      {"{a:1}", "malformed JSON at byte 1: missing a name for object member"},
      {"{\"a\":1,}", "malformed JSON at byte 7: missing a name for object member"},
      {"[1,]", "malformed JSON at byte 3: invalid value"},
      {"nul", "malformed JSON at byte 3: invalid value"},
      {"'x'", "malformed JSON at byte 0: invalid value"},
      {"NaN", "malformed JSON at byte 0: invalid value"},
      {"Infinity", "malformed JSON at byte 0: invalid value"},
      {"01", "malformed JSON at byte 1: the document root must not be followed by other values"},
      {"1.", "malformed JSON at byte 2: miss fraction part in number"},
      {"[1.]", "malformed JSON at byte 3: miss fraction part in number"},
      {"[+1]", "malformed JSON at byte 1: invalid value"},
      {"1e", "malformed JSON at byte 2: miss exponent in number"},
      {"{} {}", "malformed JSON at byte 3: the document root must not be followed by other values"},
      {"\"abc", "malformed JSON at byte 4: missing a closing quotation mark in string"},
      {"\"\\x\"", "malformed JSON at byte 1: invalid escape character in string"},
      {"// comment\n1", "malformed JSON at byte 0: invalid value"},
  };
  for (const auto& [text, words] : texts) {
    CAPTURE(text);
    std::string message = refusal(text).message;
    CHECK(message.substr(0, words.size()) == words);
  }
}

TEST_CASE("bytes that are not UTF-8 are refused, however they are hidden") {
  CHECK(refusal("\"\xFF\"").message.starts_with("a string is not valid UTF-8"));
  CHECK(refusal("{\"\xC0\x80\":1}").message.starts_with("a key is not valid UTF-8"));
  CHECK(refusal(R"("\ud83d")").message.starts_with("malformed JSON"));
  CHECK(refusal(R"("\udea2")").message.starts_with("a string is not valid UTF-8"));
  CHECK(refusal(R"(["x", "\ud83dx"])").message.starts_with("malformed JSON"));
  CHECK(refusal("\xEF\xBB\xBF{}").message ==
        "malformed JSON at byte 0: it starts with a byte order mark; send UTF-8 without one");
  CHECK(refusal(std::string_view("{\0\"\0", 4)).message ==
        "malformed JSON at byte 0: it is UTF-16 or UTF-32; send UTF-8");
}

TEST_CASE("control characters are text only as escapes") {
  for (int c = 1; c < 0x20; ++c)
    for (const std::size_t before : {0u, 1u, 15u, 16u, 40u}) {
      const std::string raw = "[\"" + std::string(before, 'x') + static_cast<char>(c) + "y\"]";
      CAPTURE(c, before);
      CHECK(refusal(raw).message.starts_with("malformed JSON at byte "));
    }
  CHECK(refusal("[1, \x1f 2]").message ==
        "malformed JSON at byte 4: a control character; in a string write it as an escape");
  CHECK(round_trip(R"(["\u001a\u001f"])") == R"(["\u001a\u001f"])");
}

TEST_CASE("a NUL does not end the text") {
  CHECK(refusal(std::string_view("{\"a\":1}\0{\"b\":2}", 15)).message ==
        "malformed JSON at byte 7: a NUL character");
  CHECK(refusal(std::string_view("[1,2\0]", 6)).message.starts_with("malformed JSON at byte 4"));
  CHECK(refusal(std::string_view("\"a\0b\"", 5)).message.starts_with("malformed JSON"));
}

TEST_CASE("duplicate keys are refused with their pointer") {
  const Error error = refusal(R"({"a":[{"x":1,"y":2,"x":3}]})");
  CHECK(error.pointer == "/a/0/x");
  CHECK(error.message.starts_with("the key \"x\" appears twice in one object, at byte "));
  CHECK(refusal(R"({"\u0061":1,"a":2})").pointer == "/a");
}

TEST_CASE("numbers beyond the range of a double are refused with their pointer") {
  const Error error = refusal(R"({"a":[1,1e400]})");
  CHECK(error.pointer == "/a/1");
  CHECK(error.message.starts_with("a number beyond the range of a double"));
  CHECK(round_trip("1e-400") == "0.0");
  CHECK(round_trip("-1e-400") == "-0.0");
}

TEST_CASE("every bound is kept, and named") {
  Limits limits;
  limits.depth = 5;
  limits.nodes = 10;
  limits.string_bytes = 8;
  limits.document_bytes = 4096;
  Document document;
  CHECK(read_json(nested(5), document, limits).ok());
  CHECK(refusal(nested(6), limits)
            .message.starts_with("arrays and objects nested more than 5 deep are not accepted"));
  CHECK(refusal("[[[[[[1]]]]]]", limits).code == Code::limit_exceeded);
  CHECK(refusal(R"(["a",1,2,3,4,5,6,7,8,9])", limits)
            .message.starts_with("more than 10 values in one document"));
  CHECK(refusal(R"("123456789")", limits).message.starts_with("a string of 9 bytes; at most 8 are accepted"));
  limits.nodes = 1000;
  std::string numbers = "[1.5";
  for (int i = 0; i < 600; ++i) numbers += ",1.5";
  CHECK(refusal(numbers + "]", limits)
            .message.starts_with("the document needs more than 4096 bytes of memory"));
}

TEST_CASE("nesting of any depth is refused without running out of stack") {
  CHECK(refusal(std::string(10'000'000, '[')).code == Code::limit_exceeded);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK(refusal(objects).code == Code::limit_exceeded);
}

TEST_CASE("an array that only begins as numbers is read as what it is") {
  CHECK(round_trip("[1,2,\"x\"]") == "[1,2,\"x\"]");
  CHECK(round_trip("[1.5,[2.5,3],4]") == "[1.5,[2.5,3],4]");
  CHECK(refusal("[1,2,x]").message.starts_with("malformed JSON at byte 5: invalid value"));
  CHECK(refusal("[1,2").message.starts_with("malformed JSON at byte 4: missing a comma or ']'"));
}
