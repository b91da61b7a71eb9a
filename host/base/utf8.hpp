// UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace slipway {

constexpr std::size_t kValidUtf8 = static_cast<std::size_t>(-1);

// The offset of the first byte that is not part of a well-formed character, or kValidUtf8. ASCII is passed
// over a word at a time.
std::size_t find_invalid_utf8(std::string_view text);

inline bool is_utf8(std::string_view text) {
  return find_invalid_utf8(text) == kValidUtf8;
}

// The number of characters (code points) in valid UTF-8: what JSON Schema's minLength counts.
std::size_t count_characters(std::string_view text);

}  // namespace slipway
