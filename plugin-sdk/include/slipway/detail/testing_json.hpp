// JSON text for tests of models, read and written. Strict as a host is: no duplicate names, no
// depth beyond 64, valid escapes; text that is not UTF-8 is not noticed.
#pragma once

#include <slipway/json.hpp>
#include <slipway/value.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace slipway::testing::detail {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  // Throws std::invalid_argument with the offset of what is wrong.
  Json read() {
    Json value = read_value(0);
    skip_space();
    if (at_ != text_.size()) fail("the end of the text");
    return value;
  }

 private:
  static constexpr int kDepth = 64;

  [[noreturn]] void fail(const std::string& expected) const {
    throw std::invalid_argument("JSON for a test: expected " + expected + " at byte " + std::to_string(at_));
  }
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  // The same after white space.
  bool take_token(std::string_view expected) {
    skip_space();
    return take(expected);
  }

  Json read_value(int depth) {
    if (take_token("{")) return read_object(depth + 1);
    if (take("[")) return read_array(depth + 1);
    if (take("\"")) return read_string();
    if (take("null")) return nullptr;
    if (take("true")) return true;
    if (take("false")) return false;
    return read_number();
  }

  Json read_object(int depth) {
    if (depth > kDepth) fail("less depth");
    Json::Object members;
    if (take_token("}")) return members;
    do {
      if (!take_token("\"")) fail("a name");
      std::string name = read_string();
      const auto is_same = [&](const auto& member) { return member.first == name; };
      if (std::any_of(members.begin(), members.end(), is_same)) fail("another name than \"" + name + "\"");
      if (!take_token(":")) fail("a colon");
      members.emplace_back(std::move(name), read_value(depth));
    } while (take_token(","));
    if (!take("}")) fail("a comma or a closing brace");
    return members;
  }

  Json read_array(int depth) {
    if (depth > kDepth) fail("less depth");
    Json::Array elements;
    if (take_token("]")) return elements;
    do {
      elements.push_back(read_value(depth));
    } while (take_token(","));
    if (!take("]")) fail("a comma or a closing bracket");
    return elements;
  }

  std::string read_string() {
    std::string out;
    while (!take("\"")) {
      if (at_ == text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) fail("a closing quote");
      if (take("\\"))
        read_escape(out);
      else
        out += text_[at_++];
    }
    return out;
  }

  void read_escape(std::string& out) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (take("u")) return read_unicode(out);
    const std::size_t which = at_ == text_.size() ? std::string_view::npos : kEscapes.find(text_[at_]);
    if (which == std::string_view::npos) fail("an escape");
    out += kMeanings[which];
    ++at_;
  }

  std::uint32_t read_unit() {
    std::uint32_t unit = 0;
    const std::string_view digits = text_.substr(at_, 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4)
      fail("four hexadecimal digits");
    at_ += 4;
    return unit;
  }

  void read_unicode(std::string& out) {
    std::uint32_t character = read_unit();
    if (character >= 0xD800 && character < 0xE000) {
      if (character >= 0xDC00 || !take("\\u")) fail("a pair of surrogates");
      const std::uint32_t low = read_unit();
      if (low < 0xDC00 || low >= 0xE000) fail("a pair of surrogates");
      character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
    }
    const auto add = [&out](std::uint32_t byte) {
      out += static_cast<char>(static_cast<unsigned char>(byte));
    };
    const int more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    constexpr std::uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
    add(kLead[more] | character >> (6 * more));
    for (int i = more - 1; i >= 0; --i) add(0x80 | (character >> (6 * i) & 0x3F));
  }

  std::size_t take_digits() {
    const std::size_t end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    return end - std::exchange(at_, end);
  }

  Json read_number() {
    const std::size_t begin = at_;
    (void)take("-");
    const std::size_t first = at_;
    const std::size_t digits = take_digits();
    if (digits == 0 || (digits > 1 && text_[first] == '0')) fail("a value");
    bool is_integer = true;
    if (take(".")) {
      is_integer = false;
      if (take_digits() == 0) fail("a digit");
    }
    if (take("e") || take("E")) {
      is_integer = false;
      if (!take("+")) (void)take("-");
      if (take_digits() == 0) fail("a digit");
    }
    const std::string_view number = text_.substr(begin, at_ - begin);
    if (is_integer && number != "-0") {
      if (std::int64_t value = 0; parse(number, value)) return value;
      if (std::uint64_t value = 0; parse(number, value)) return value;
    }
    double value = 0;
    if (parse(number, value)) return value;
    value = std::strtod(std::string(number).c_str(), nullptr);  // out of range: nearly zero, or infinite
    if (std::isinf(value)) fail("a number that a double can hold");
    return value;
  }

  template <class T>
  static bool parse(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

inline void append_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    constexpr char kDigits[] = "0123456789abcdef";
    if (static_cast<unsigned char>(c) < 0x20) {
      out.append("\\u00").append(1, c < 0x10 ? '0' : '1').append(1, kDigits[c & 15]);
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

inline void append_json(const Json& json, std::string& out) {
  json.visit([&out]<class T>(const T& value) {
    if constexpr (std::same_as<T, std::nullptr_t>) {
      out += "null";
    } else if constexpr (std::same_as<T, bool>) {
      out += value ? "true" : "false";
    } else if constexpr (std::same_as<T, std::string>) {
      append_string(value, out);
    } else if constexpr (std::same_as<T, Json::Array>) {
      char before = '[';
      for (const Json& element : value) append_json(element, out += std::exchange(before, ','));
      out += value.empty() ? "[]" : "]";
    } else if constexpr (std::same_as<T, Json::Object>) {
      char before = '{';
      for (const auto& [name, member] : value) {
        append_string(name, out += std::exchange(before, ','));
        append_json(member, out += ':');
      }
      out += value.empty() ? "{}" : "}";
    } else {
      char text[32];
      out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
    }
  });
}

}  // namespace slipway::testing::detail
