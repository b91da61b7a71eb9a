#include "base/json_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace slipway {
namespace {

// 0: as it is; 'u': \u00XX; else the letter behind the backslash.
constexpr char escape_of(unsigned char byte) {
  switch (byte) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return byte < 0x20 ? 'u' : '\0';
  }
}

struct EscapeTable {
  char escape[256];
  constexpr EscapeTable() : escape{} {
    for (int i = 0; i < 256; ++i) escape[i] = escape_of(static_cast<unsigned char>(i));
  }
};
constexpr EscapeTable kEscapes;

// Whether any of eight bytes is a control character, a quote or a backslash.
bool has_escape(const char* eight_bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  std::uint64_t word;
  std::memcpy(&word, eight_bytes, 8);
  const auto any_below = [](std::uint64_t bytes, std::uint64_t limit) {  // and ASCII
    return (bytes - kOnes * limit) & ~bytes & 0x8080808080808080u;
  };
  return (any_below(word, 0x20) | any_below(word ^ kOnes * '"', 1) | any_below(word ^ kOnes * '\\', 1)) != 0;
}

// The next byte that must be escaped, or the end.
std::size_t find_escape(std::string_view text, std::size_t at) {
  const std::size_t size = text.size();
  while (at + 8 <= size && !has_escape(text.data() + at)) at += 8;
  // The last word overlaps the one before.
  if (size >= 8 && at + 8 > size && !has_escape(text.data() + size - 8)) return size;
  while (at < size && kEscapes.escape[static_cast<unsigned char>(text[at])] == '\0') ++at;
  return at;
}

void append_escaped(unsigned char byte, PaddedBuffer& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  const char escape = kEscapes.escape[byte];
  out.append('\\');
  out.append(escape);
  if (escape != 'u') return;
  const char code[] = {'0', '0', kDigits[byte >> 4], kDigits[byte & 15]};
  out.append({code, sizeof code});
}

}  // namespace

void append_json_string(std::string_view text, PaddedBuffer& out) {
  out.append('"');
  for (std::size_t at = 0;; ++at) {
    const std::size_t escape = find_escape(text, at);
    out.append(text.substr(at, escape - at));
    if (escape == text.size()) break;
    append_escaped(static_cast<unsigned char>(text[escape]), out);
    at = escape;
  }
  out.append('"');
}

}  // namespace slipway
