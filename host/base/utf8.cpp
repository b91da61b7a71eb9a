#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace slipway {
namespace {

// The length of the well-formed multi-byte character at `at`, or 0.
std::size_t character_length(const unsigned char* at, const unsigned char* end) {
  const auto trails = [&](std::size_t count) {
    if (static_cast<std::size_t>(end - at) < count + 1) return false;
    for (std::size_t i = 1; i <= count; ++i)
      if ((at[i] & 0xC0) != 0x80) return false;
    return true;
  };
  const unsigned char lead = at[0];
  if (lead >= 0xC2 && lead <= 0xDF) return trails(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!trails(2)) return 0;
    const bool overlong = lead == 0xE0 && at[1] < 0xA0;
    const bool surrogate = lead == 0xED && at[1] > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!trails(3)) return 0;
    const bool overlong = lead == 0xF0 && at[1] < 0x90;
    const bool too_large = lead == 0xF4 && at[1] > 0x8F;
    return overlong || too_large ? 0 : 4;
  }
  return 0;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = begin + text.size();
  const unsigned char* at = begin;
  while (at < end) {
    while (end - at >= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, 8);
      if ((word & 0x8080808080808080u) != 0) break;
      at += 8;
    }
    if (at == end) break;
    if (*at < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = character_length(at, end);
    if (length == 0) return static_cast<std::size_t>(at - begin);
    at += length;
  }
  return kValidUtf8;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return count;
}

std::string_view clip_utf8(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

void append_utf8(std::uint32_t character, std::string& out) {
  if (character < 0x80) {
    out += static_cast<char>(character);
    return;
  }
  const unsigned following = character < 0x800 ? 1 : (character < 0x10000 ? 2 : 3);
  const std::uint32_t lead = following == 1 ? 0xC0 : (following == 2 ? 0xE0 : 0xF0);
  out += static_cast<char>(lead | character >> 6 * following);
  for (unsigned i = following; i-- > 0;) out += static_cast<char>(0x80 | (character >> 6 * i & 0x3F));
}

}  // namespace slipway
