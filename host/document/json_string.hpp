// The text of a JSON string: where it ends, and what its escapes stand for.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace slipway::document {

// What lies in a block of text: bit i * kBitsPerByte and those below its neighbour's belong to byte i.
// `special`: a quote, a backslash or a control character; only the lowest bit that is set means something.
// `high`: a byte beyond ASCII.

// On any machine that is little-endian: eight bytes in a word. (A zero byte is found by subtracting one from
// each and looking for borrows; what lies above the first one may be wrong.)
struct WordOfText {
  static constexpr std::size_t kBytes = 8;
  static constexpr unsigned kBitsPerByte = 8;

  explicit WordOfText(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, kBytes);
    const auto zero = [](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes; };
    const std::uint64_t control = (word - 0x20 * kOnes) & ~word;
    special = (zero(word ^ '"' * kOnes) | zero(word ^ '\\' * kOnes) | control) & kHighs;
    high = word & kHighs;
  }

  static constexpr std::uint64_t kOnes = 0x0101010101010101u;
  static constexpr std::uint64_t kHighs = 0x8080808080808080u;
  std::uint64_t special;
  std::uint64_t high;
};

#ifdef __SSE2__
// Sixteen bytes at once: every x86-64 can. Most strings of a request are no longer, so wider registers, which
// not every processor has, would gain nothing.
struct VectorOfText {
  static constexpr std::size_t kBytes = 16;
  static constexpr unsigned kBitsPerByte = 1;

  explicit VectorOfText(const char* at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    special =
        static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control)));
    high = static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
  }

  std::uint32_t special;
  std::uint32_t high;
};
using BlockOfText = VectorOfText;
#else
using BlockOfText = WordOfText;
#endif

struct PlainText {
  std::size_t size;
  bool ascii;
};

// How far the text goes without a quote, a backslash or a control character. There must be one, and
// Block::kBytes readable bytes from it on.
template <class Block = BlockOfText>
PlainText plain_text(const char* text) {
  decltype(Block::high) high = 0;
  for (const char* at = text;; at += Block::kBytes) {
    const Block block(at);
    if (block.special == 0) {
      high |= block.high;
      continue;
    }
    const auto bit = static_cast<unsigned>(std::countr_zero(block.special));
    const auto below = (decltype(Block::high){1} << (bit / Block::kBitsPerByte * Block::kBitsPerByte)) - 1;
    return {static_cast<std::size_t>(at - text) + bit / Block::kBitsPerByte,
            (high | (block.high & below)) == 0};
  }
}

struct JsonString {
  const char* fault = nullptr;  // why it is none; a phrase
  const char* end = nullptr;    // behind the closing quote; or where the fault is
  std::string_view text;        // decoded, in the place of what was read
  bool ascii = false;           // for certain; else its encoding is to be checked
};

// The rest of a string that has an escape at `escape`, or a fault there. `text`: behind the opening quote. A
// control character must follow the text, with the bytes that plain_text() asks for.
JsonString unescape(char* text, char* escape);

// Reads on from behind the opening quote. Likewise.
inline JsonString read_string(char* text) {
  const PlainText plain = plain_text(text);
  char* const end = text + plain.size;
  if (*end != '"') return unescape(text, end);
  return {nullptr, end + 1, {text, plain.size}, plain.ascii};
}

}  // namespace slipway::document
