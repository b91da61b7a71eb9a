#include "http/gzip_decoder.hpp"

#define ZLIB_CONST  // input is const
#include <zlib.h>

#include <catch2/catch.hpp>
#include <string>

using namespace slipway;
using namespace slipway::http;

namespace {

std::string gzip(std::string_view text, int level = 9) {
  z_stream z{};
  REQUIRE(::deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<const Bytef*>(text.data());
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  ::deflateEnd(&z);
  return out;
}

struct Inflated {
  GzipDecoder::Progress progress = GzipDecoder::Progress::good;
  std::string body;
  std::string wrong;
  bool ended = false;
};

Inflated inflate(std::string_view bytes, const Limits& limits = {}, std::size_t piece = 1 << 16) {
  GzipDecoder decoder;
  PaddedBuffer body;
  Inflated out;
  while (!bytes.empty() && out.progress == GzipDecoder::Progress::good) {
    out.progress = decoder.feed(bytes.substr(0, piece), limits, body);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  out.body = body.view();
  out.wrong = decoder.wrong();
  out.ended = decoder.ended();
  return out;
}

std::string mixed(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * i * 7919 % 100'003) + ",";
  return text.substr(0, size);
}

}  // namespace

TEST_CASE("what was compressed comes back, in whatever pieces") {
  for (const std::size_t size : {0u, 1u, 100u, 65'535u, 65'536u, 65'537u, 1'000'000u}) {
    const std::string text = mixed(size);
    for (const int level : {0, 1, 9}) {
      const std::string packed = gzip(text, level);
      for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, packed.size()}) {
        if (piece == 1 && size > 100'000) continue;
        const Inflated out = inflate(packed, {}, piece);
        CHECK(out.progress == GzipDecoder::Progress::good);
        CHECK(out.ended);
        CHECK(out.body == text);
      }
    }
  }
}

TEST_CASE("data that is cut off has not ended, wherever it is cut") {
  const std::string packed = gzip(mixed(300));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const Inflated out = inflate(std::string_view(packed).substr(0, size));
    CHECK(out.progress == GzipDecoder::Progress::good);
    CHECK_FALSE(out.ended);
  }
}

TEST_CASE("what is no gzip, is damaged, or goes on behind its end is malformed") {
  const std::string packed = gzip(mixed(300));
  for (const std::string& wrong : {std::string("[1, 2, 3]"), std::string("\x78\x9c\x4b\x4c\x04\x00"),
                                   packed + "x", packed + packed, packed + std::string(1, '\0')}) {
    for (const std::size_t piece : {std::size_t{1}, wrong.size()}) {
      const Inflated out = inflate(wrong, {}, piece);
      CHECK(out.progress == GzipDecoder::Progress::malformed);
      CHECK_FALSE(out.wrong.empty());
    }
  }
  // Any bit of the data or of its checksum; the header's time, flags and system say nothing of it.
  for (std::size_t at = 10; at < packed.size(); ++at) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const Inflated out = inflate(damaged);
    CHECK((out.progress == GzipDecoder::Progress::malformed || !out.ended));
  }
}

TEST_CASE("what comes out is bounded, and so is what comes in") {
  Limits limits;
  limits.max_body_bytes = 1000;
  CHECK(inflate(gzip(mixed(1000)), limits).progress == GzipDecoder::Progress::good);
  const Inflated larger = inflate(gzip(mixed(1001)), limits);
  CHECK(larger.progress == GzipDecoder::Progress::body_too_large);
  CHECK(larger.body.size() == 1001);
  const Inflated bomb = inflate(gzip(std::string(500'000, '0')), limits);
  CHECK(bomb.progress == GzipDecoder::Progress::body_too_large);
  CHECK(bomb.body.size() == 1001);
  // Deflate's blocks of nothing, without an end.
  std::string nothing = gzip("", 0).substr(0, 10);
  for (int i = 0; i < 1000; ++i) nothing.append("\x00\x00\x00\xff\xff", 5);
  CHECK(inflate(nothing, limits).progress == GzipDecoder::Progress::body_too_large);
}

TEST_CASE("a bomb is found by its ratio long before the limit") {
  Limits limits;
  limits.max_body_bytes = 100'000'000;
  const Inflated bomb = inflate(gzip(std::string(50'000'000, '0')), limits, 1000);
  CHECK(bomb.progress == GzipDecoder::Progress::bomb);
  CHECK(bomb.body.size() < 2'000'000);
  CHECK(inflate(gzip(std::string(1'000'000, '0')), limits).progress == GzipDecoder::Progress::good);
  limits.max_gzip_ratio = 2000;
  CHECK(inflate(gzip(std::string(5'000'000, '0')), limits).progress == GzipDecoder::Progress::good);
}
