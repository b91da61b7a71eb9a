// How a text is cut into words.
#pragma once

#include <string>
#include <string_view>

namespace @plugin@ {

// Letters of ASCII, made small, and every byte beyond ASCII (the text is UTF-8) belong to words. The C library is not asked: what it
// takes for a letter depends on the locale.
template <class Take>
void for_each_word(std::string_view text, Take&& take) {
  std::string word;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) {
      word += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!word.empty()) {
      take(word);
      word.clear();
    }
  }
  if (!word.empty()) take(word);
}

}  // namespace @plugin@
