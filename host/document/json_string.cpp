#include "document/json_string.hpp"

namespace slipway::document {
namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};

// Four hexadecimal digits, or kNone.
std::uint32_t hexadecimal(const char* at) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    const char letter = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9')
      value = value << 4 | static_cast<std::uint32_t>(c - '0');
    else if (letter >= 'a' && letter <= 'f')
      value = value << 4 | static_cast<std::uint32_t>(letter - 'a' + 10);
    else
      return kNone;
  }
  return value;
}

bool is_high_surrogate(std::uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low_surrogate(std::uint32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

// Any code point in UTF-8's form. Of a low surrogate that stands alone something comes that is not valid,
// which whoever checks the string's encoding finds.
char* put(std::uint32_t character, char* out) {
  const unsigned following = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  constexpr std::uint32_t kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  *out++ = static_cast<char>(kLeads[following] | character >> 6 * following);
  for (unsigned i = following; i-- > 0;) *out++ = static_cast<char>(0x80 | (character >> 6 * i & 0x3F));
  return out;
}

// What a letter behind a backslash stands for, or 0.
char meaning(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

// Behind "\u". Returns the fault, or null.
const char* take_unit(const char*& at, char*& out) {
  std::uint32_t character = hexadecimal(at);
  if (character == kNone) return "incorrect hex digit after \\u escape in string";
  at += 4;
  if (is_high_surrogate(character)) {
    const std::uint32_t low = at[0] == '\\' && at[1] == 'u' ? hexadecimal(at + 2) : kNone;
    if (!is_low_surrogate(low)) return "the surrogate pair in string is invalid";
    at += 6;
    character = 0x10000 + ((character - 0xD800) << 10 | (low - 0xDC00));
  }
  out = put(character, out);
  return nullptr;
}

}  // namespace

JsonString unescape(char* text, char* escape) {
  char* out = escape;
  for (const char* at = escape;;) {
    if (*at == '"') return {nullptr, at + 1, {text, static_cast<std::size_t>(out - text)}, false};
    if (*at != '\\') return {"missing a closing quotation mark in string", at, {}, false};
    const char* const begin = at++;
    if (*at == 'u') {
      ++at;
      if (const char* const fault = take_unit(at, out); fault != nullptr) return {fault, begin, {}, false};
    } else {
      const char meant = meaning(*at);
      if (meant == 0) return {"invalid escape character in string", begin, {}, false};
      *out++ = meant;
      ++at;
    }
    const std::size_t plain = plain_text(at).size;
    std::memmove(out, at, plain);
    out += plain;
    at += plain;
  }
}

}  // namespace slipway::document
