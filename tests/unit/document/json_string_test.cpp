#include "document/json_string.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace slipway::document;

namespace {

// With the padding that is asked for.
template <class Block>
PlainText plain(std::string text) {
  text.append(16, '\0');
  return plain_text<Block>(text.data());
}

JsonString read(std::string& text) {
  text.append(16, '\0');
  return read_string(text.data());
}

}  // namespace

TEST_CASE("every kind of block finds where plain text ends, byte by byte") {
  std::mt19937 dice(7);
  for (int round = 0; round < 200'000; ++round) {
    std::string text(dice() % 70, 'x');
    for (char& c : text)
      if (dice() % 12 == 0) c = static_cast<char>(dice() % 256);
    std::size_t size = 0;
    bool ascii = true;
    for (const char c : text + '\0') {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || c == '"' || c == '\\') break;
      ascii = ascii && byte < 0x80;
      ++size;
    }
    const PlainText by_words = plain<WordOfText>(text);
    const PlainText by_blocks = plain<BlockOfText>(text);
    if (by_words.size == size && by_blocks.size == size && by_words.ascii == ascii &&
        by_blocks.ascii == ascii)
      continue;
    CAPTURE(text, size, ascii, by_words.size, by_blocks.size, by_words.ascii, by_blocks.ascii);
    FAIL("they disagree");
  }
}

TEST_CASE("a string without escapes is its own text, in its place") {
  std::string text = "some text\" and more";
  const JsonString string = read(text);
  CHECK(string.fault == nullptr);
  CHECK(string.text == "some text");
  CHECK(string.text.data() == text.data());
  CHECK(string.end == text.data() + 10);
  CHECK(string.ascii);
}

TEST_CASE("escapes are decoded wherever they stand") {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string plain_before(before, 'a');
    std::string text = plain_before + R"(\n\u00e9\ud83d\udea2 tail \\\"\u0000)" + "\" rest";
    const JsonString string = read(text);
    CHECK(string.fault == nullptr);
    CHECK(string.text == plain_before + "\n\xC3\xA9\xF0\x9F\x9A\xA2 tail \\\"" + std::string(1, '\0'));
    CHECK(std::string_view(string.end, 5) == " rest");
    CHECK_FALSE(string.ascii);
  }
}

TEST_CASE("the end of the text ends no string, and no escape") {
  for (const char* const cut :
       {"", "abc", "\\", "\\u", "\\u00", "\\u00e", "\\ud83d", "\\ud83d\\", "\\ud83d\\u", "\\ud83d\\udea"}) {
    std::string text = cut;
    CHECK(read(text).fault != nullptr);
  }
}
