// The words of a short text as a set, without regard to ASCII case.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace identity_match {

constexpr unsigned char lower(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte | 0x20) : byte;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  return true;
}

// Looks into the text it was made from. Names and places have a few words; only more than kFew allocate.
class TokenSet {
 public:
  TokenSet() = default;
  TokenSet(const TokenSet&) = delete;
  TokenSet& operator=(const TokenSet&) = delete;

  // Replaces the set by the words of `text`, which stand between spaces and commas.
  void assign(std::string_view text) {
    size_ = 0;
    many_.clear();
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != ' ' && text[i] != ',') continue;
      add(text.substr(begin, i - begin));
      begin = i + 1;
    }
    add(text.substr(begin));
  }

  std::size_t size() const { return size_; }

  std::size_t count_common(const TokenSet& other) const {
    std::size_t common = 0;
    for (const Word& word : words()) common += other.contains({word.data, word.size}) ? 1 : 0;
    return common;
  }

 private:
  // A string_view would be set to zero in each new set, used or not.
  struct Word {
    const char* data;
    std::size_t size;
  };
  static constexpr std::size_t kFew = 16;

  std::span<const Word> words() const { return {many_.empty() ? few_.data() : many_.data(), size_}; }

  bool contains(std::string_view word) const {
    for (const Word& known : words())
      if (equal_ignoring_case({known.data, known.size}, word)) return true;
    return false;
  }

  void add(std::string_view word) {
    if (word.empty() || contains(word)) return;
    if (size_ < kFew) {
      few_[size_] = {word.data(), word.size()};
    } else {
      if (many_.empty()) many_.assign(few_.begin(), few_.end());
      many_.push_back({word.data(), word.size()});
    }
    ++size_;
  }

  std::array<Word, kFew> few_;
  std::vector<Word> many_;
  std::size_t size_ = 0;
};

}  // namespace identity_match
