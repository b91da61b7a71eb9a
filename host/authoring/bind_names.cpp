#include "authoring/bind_names.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace slipway::authoring {
namespace {

// Keywords of C++20, and two names that generated code spells out; macros of the standard and POSIX headers
// that are not in capitals, and those that g++ predefines.
constexpr std::string_view kReserved =
    " I alignas alignof alloca and and_eq asm assert auto bitand bitor bool break case catch char "
    "char16_t char32_t char8_t class co_await co_return co_yield compl concept const const_cast "
    "consteval constexpr constinit continue decltype default delete do double dynamic_cast else "
    "enum errno explicit export extern false float for friend goto i386 if inline int issubnormal "
    "linux long major makedev math_errhandling minor mutable namespace new noexcept not not_eq "
    "nullptr offsetof operator or or_eq private protected public register reinterpret_cast requires "
    "return sa_handler sa_sigaction sched_priority setjmp short si_addr si_band si_fd si_int si_pid "
    "si_ptr si_status si_uid si_value signed sigmask sigsetjmp sizeof slipway st_atime st_ctime "
    "st_mtime static static_assert static_cast std stderr stdin stdout strdupa strndupa struct "
    "switch template this thread_local throw timeradd timerclear timercmp timerisset timersub true "
    "try typedef typeid typename union unix unsigned using va_arg va_copy va_end va_start virtual "
    "void volatile wchar_t while xor xor_eq ";

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes one character off valid UTF-8.
std::uint32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t character = size == 1 ? lead : lead & (0x7Fu >> size);
  for (const char c : text.substr(1, size - 1))
    character = character << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  text.remove_prefix(std::min(size, text.size()));
  return character;
}

// What is between characters that no ASCII identifier has.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  while (!text.empty()) {
    const std::uint32_t character = take_character(text);
    const char c = character < 0x80 ? static_cast<char>(character) : '\0';
    if (character >= 0x80) {
      char number[12];
      std::snprintf(number, sizeof number, "u%04x", static_cast<unsigned>(character));
      words.emplace_back(number);
      within = false;
    } else if (is_lower(c) || is_upper(c) || is_digit(c)) {
      if (!within) words.emplace_back();
      words.back() += c;
      within = true;
    } else {
      within = false;
    }
  }
  return words;
}

bool is_plain(std::string_view text) {
  const auto fits = [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; };
  return !text.empty() && (is_lower(text[0]) || is_upper(text[0])) && std::ranges::all_of(text, fits) &&
         text.find("__") == std::string_view::npos;
}

std::string unreserved(std::string name) {
  const bool capitals = name.size() > 1 && std::ranges::none_of(name, is_lower);
  const bool reserved = kReserved.find(" " + name + " ") != std::string_view::npos;
  return capitals || reserved ? name + "_" : name;
}

std::string numbered(const std::string& name, int number) {
  return name + (name.ends_with('_') ? "" : "_") + std::to_string(number);
}

}  // namespace

std::string identifier(std::string_view text) {
  if (is_plain(text)) return unreserved(std::string(text));
  std::string name;
  for (const std::string& word : words_of(text)) name += (name.empty() ? "" : "_") + word;
  if (name.empty() || is_digit(name.front())) name.insert(0, "x");
  return unreserved(std::move(name));
}

std::string type_name(std::string_view text) {
  std::string name;
  for (std::string& word : words_of(text)) {
    if (is_lower(word[0])) word[0] = static_cast<char>(word[0] - 'a' + 'A');
    name += word;
  }
  if (name.empty() || is_digit(name.front())) name.insert(0, "X");
  return unreserved(std::move(name));
}

std::vector<std::string> identifiers(const std::vector<std::string>& texts,
                                     const std::set<std::string>& taken) {
  std::vector<std::string> names;
  std::set<std::string> used;
  for (const std::string& text : texts) {
    std::string name = identifier(text);
    if (taken.contains(name)) name += '_';
    if (name == text) used.insert(name);
    names.push_back(std::move(name));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (names[i] == texts[i]) continue;
    const std::string wanted = names[i];
    for (int number = 2; !used.insert(names[i]).second; ++number) names[i] = numbered(wanted, number);
  }
  return names;
}

bool begins_with_bidirectional(std::string_view text) {
  if (text.empty() || static_cast<unsigned char>(text[0]) < 0xC0) return false;
  const std::uint32_t c = take_character(text);
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::string literal(std::string_view text) {
  std::string out = "\"";
  std::size_t escaped = 0;  // bytes that must be, from here
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text[0];
    if (begins_with_bidirectional(text)) escaped = static_cast<unsigned char>(c) < 0xE0 ? 2 : 3;
    if (escaped > 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      char octal[8];
      std::snprintf(octal, sizeof octal, "\\%03o", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += octal;
      escaped -= escaped > 0 ? 1 : 0;
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace slipway::authoring
