#include "base/zstd_stream.hpp"

#include <catch2/catch.hpp>

#include "memory_input.hpp"

using namespace slipway;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

std::string compressed(std::string_view bytes, std::size_t piece = 1 << 20) {
  std::string out;
  ZstdWriter writer([&](std::string_view more) {
    out += more;
    return Status();
  });
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    REQUIRE(writer.write(bytes.substr(0, piece)).ok());
  REQUIRE(writer.finish().ok());
  return out;
}

Result<std::string> decompressed(std::string_view bytes, std::size_t piece = 4096) {
  MemoryInput input(bytes, piece);
  ZstdReader reader(input);
  return read_all(reader);
}

std::string refusal(std::string_view bytes) {
  const Result<std::string> result = decompressed(bytes);
  return result ? "" : result.error().message;
}

// Text that does not repeat itself soon.
std::string long_text() {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919 % 100'003) + " ";
  return text;
}

}  // namespace

TEST_CASE("what was compressed comes back, in whatever pieces") {
  for (const std::string& text : {std::string(), std::string("a"), long_text()})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100'000}}) {
      CAPTURE(text.size(), piece);
      const Result<std::string> back = decompressed(compressed(text), piece);
      REQUIRE(back.ok());
      CHECK(*back == text);
    }
}

TEST_CASE("the same bytes are the same frame, in whatever pieces they were written") {
  const std::string text = long_text();
  CHECK(compressed(text, 10'240) == compressed(text, 4'097));
}

TEST_CASE("a frame that is damaged, cut short or not alone is refused") {
  const std::string frame = compressed(long_text());
  CHECK_THAT(refusal("no zstd at all"), Contains("Unknown frame descriptor"));
  CHECK_THAT(refusal(""), Contains("cut short"));
  for (const std::size_t size : {std::size_t{3}, std::size_t{20}, frame.size() / 2, frame.size() - 1})
    CHECK_THAT(refusal(frame.substr(0, size)), Contains("cut short"));
  CHECK_THAT(refusal(frame + "x"), Contains("bytes behind their end"));
  CHECK_THAT(refusal(frame + compressed("more")), Contains("bytes behind their end"));
  const std::string skippable("\x50\x2a\x4d\x18\x04\x00\x00\x00text", 12);
  CHECK_THAT(refusal(frame + skippable), Contains("bytes behind their end"));
  CHECK_THAT(refusal(skippable + frame), Contains("bytes behind their end"));
  // Magic number, then a header that asks for a window of 2 GiB.
  CHECK_THAT(refusal(std::string("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9)), Contains("too much memory"));
}

TEST_CASE("what does not want to be written ends the writing") {
  ZstdWriter writer([](std::string_view) { return Status(Code::io, "full"); });
  Status status = writer.write(long_text());
  if (status) status = writer.finish();
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().message == "full");
}
