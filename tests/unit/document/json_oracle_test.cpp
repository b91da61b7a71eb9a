// The reader beside RapidJSON's, on texts that are almost JSON: what one takes for JSON the other must.
#include <catch2/catch.hpp>

#include <rapidjson/reader.h>

#include <random>
#include <string>

#include "document/json_reader.hpp"

using namespace slipway::document;

namespace {

constexpr const char* kTexts[] = {
    R"({"parameters":{"clientId":"c-516","weights":{"name":0.393,"surname":4.17e-1}},"profiles":[{"name":"Zoë"},{"name":"O'Neil"}]})",
    R"([1,2,3,-4.5e10,0.25,1E+2,9007199254740993,18446744073709551615])",
    R"([true,false,null,"\u00e9\ud83d\udea2\n\"",[],{},[[]],{"a":{}}])",
    R"(  { "a" : [ 1 , "two" , 3.0 ] ,
	"b" : "a text that is longer than one block of sixteen bytes" }  )",
    R"("text")",
    "-0",
    "0.5"};
constexpr const char* kPieces[] = {
    "{",  "}", "[",    "]",   ",", ":",  "\"",   "\\",   "\\u",  "\\ud83d",          "0", "-",   ".",   "e",
    "E+", "1", "true", "nul", " ", "\t", "\x1f", "\xC3", "\xA9", "\xF0\x9F\x9A\xA2", "x", "\\n", "\x7f"};

std::string mutated(std::mt19937& dice) {
  std::string text = kTexts[dice() % std::size(kTexts)];
  for (unsigned changes = dice() % 4; changes-- > 0;) {
    const std::size_t at = dice() % (text.size() + 1);
    switch (dice() % 3) {
      case 0:
        text.insert(at, kPieces[dice() % std::size(kPieces)]);
        break;
      case 1:
        text.erase(at, 1 + dice() % 3);
        break;
      default:
        text.replace(at, 1, kPieces[dice() % std::size(kPieces)]);
    }
  }
  return text;
}

enum class Verdict { taken, refused, unknown };

Verdict ours(const std::string& text) {
  Document document;
  const slipway::Status read = read_json(text, document);
  if (read.ok()) return Verdict::taken;
  // What a document refuses may well be JSON: keys that appear twice, numbers that are too large.
  return read.error().message.starts_with("malformed JSON") ? Verdict::refused : Verdict::unknown;
}

Verdict rapidjsons(const std::string& text) {
  constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::Reader reader;
  rapidjson::StringStream stream(text.c_str());
  rapidjson::BaseReaderHandler<> handler;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (!result.IsError()) return Verdict::taken;
  return result.Code() == rapidjson::kParseErrorNumberTooBig ? Verdict::unknown : Verdict::refused;
}

}  // namespace

TEST_CASE("what is JSON and what is not, RapidJSON says too") {
  std::mt19937 dice(20);
  unsigned taken = 0;
  unsigned refused = 0;
  for (int round = 0; round < 100'000; ++round) {
    const std::string text = mutated(dice);
    const Verdict one = ours(text);
    const Verdict other = rapidjsons(text);
    if (one == Verdict::unknown || other == Verdict::unknown) continue;
    ++(one == Verdict::taken ? taken : refused);
    if (one == other) continue;
    CAPTURE(text, one == Verdict::taken);
    CHECK(one == other);
  }
  CHECK(taken > 20'000);
  CHECK(refused > 20'000);
}
