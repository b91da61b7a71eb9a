// UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace slipway {

constexpr std::size_t kValidUtf8 = static_cast<std::size_t>(-1);

// The offset of the first byte that is not part of a well-formed character, or kValidUtf8. ASCII is passed
// over a word at a time.
std::size_t find_invalid_utf8(std::string_view text);

// Inline, for the many short texts of a request: two overlapping words hold 8 to 16 bytes.
inline bool is_ascii(std::string_view text) {
  std::uint64_t bits = 0;
  const auto take = [&](const char* at, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, size);
    bits |= word;
  };
  if (text.size() >= 8) {
    for (std::size_t i = 0; i + 8 < text.size(); i += 8) take(text.data() + i, 8);
    take(text.data() + text.size() - 8, 8);
  } else if (text.size() >= 4) {
    take(text.data(), 4);
    take(text.data() + text.size() - 4, 4);
  } else {
    for (const char c : text) bits |= static_cast<unsigned char>(c);
  }
  return (bits & 0x8080808080808080u) == 0;
}

inline bool is_utf8(std::string_view text) {
  return is_ascii(text) || find_invalid_utf8(text) == kValidUtf8;
}

// The number of characters (code points) in valid UTF-8: what JSON Schema's minLength counts.
std::size_t count_characters(std::string_view text);

// The longest beginning of valid UTF-8 that has at most `most` bytes and ends with a whole character.
std::string_view clip_utf8(std::string_view text, std::size_t most);

// Appends one code point, which is no surrogate and at most U+10FFFF.
void append_utf8(std::uint32_t character, std::string& out);

}  // namespace slipway
