// Words that messages share.
#pragma once

#include <string>
#include <string_view>

#include "document/value.hpp"

namespace slipway::schema {

// "a string", "an integer", "a number", "an array", ...
std::string_view kind_name(document::Value value);

// The value as JSON where that is short ("xml"), else its kind (an object).
std::string show(document::Value value);

// "1 character", "3 characters".
std::string count_of(std::uint64_t count, std::string_view noun);

// "`x`".
std::string quoted(std::string_view text);

// How many single-character changes lead from one word to the other; anything above 3 is 4.
unsigned distance(std::string_view a, std::string_view b);

// Keeps the candidate that is nearest to a misspelt word, if any is near.
class NearestWord {
 public:
  explicit NearestWord(std::string_view word) : word_(word), best_(word.size() < 4 ? 2 : 3) {}
  void consider(std::string_view candidate);
  // "; did you mean `x`?", or nothing.
  std::string suggestion() const;

 private:
  std::string_view word_;
  std::string_view nearest_;
  unsigned best_;
};

}  // namespace slipway::schema
