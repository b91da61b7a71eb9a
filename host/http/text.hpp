// ASCII as HTTP uses it.
#pragma once

#include <cstddef>
#include <string_view>

namespace slipway::http {

constexpr char to_lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

// A "tchar" of RFC 9110: what methods and field names are made of.
constexpr bool is_token_character(char byte) {
  if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'))
    return true;
  return byte != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(byte) != std::string_view::npos;
}

// The digit's value, or -1.
constexpr int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char lower = to_lower(byte);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace slipway::http
