#include "base/json_text.hpp"

#include <cstddef>

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

}  // namespace

void append_json_string(std::string_view text, PaddedBuffer& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  out.append("\"");
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes.escape[byte];
    if (escape == '\0') continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    if (escape == 'u') {
      const char unicode[] = {'\\', 'u', '0', '0', kDigits[byte >> 4], kDigits[byte & 15]};
      out.append({unicode, sizeof unicode});
    } else {
      const char pair[] = {'\\', escape};
      out.append({pair, sizeof pair});
    }
  }
  out.append(text.substr(plain));
  out.append("\"");
}

}  // namespace slipway
