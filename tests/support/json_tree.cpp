#include "json_tree.hpp"

#include <algorithm>
#include <cstddef>

namespace slipway::testing {
namespace {

void append_quoted(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append(const Json& value, std::string& out) {
  switch (value.kind) {
    case Json::Kind::literal:
      out += value.text;
      return;
    case Json::Kind::string:
      return append_quoted(value.text, out);
    case Json::Kind::array:
    case Json::Kind::object:
      break;
  }
  out += value.is_object() ? '{' : '[';
  for (std::size_t i = 0; i < value.children.size(); ++i) {
    if (i != 0) out += ',';
    if (value.is_object()) {
      append_quoted(value.keys[i], out);
      out += ':';
    }
    append(value.children[i], out);
  }
  out += value.is_object() ? '}' : ']';
}

}  // namespace

const Json* Json::find(std::string_view key) const {
  const auto at = std::find(keys.begin(), keys.end(), key);
  return at == keys.end() ? nullptr : &children[static_cast<std::size_t>(at - keys.begin())];
}

void Json::set(std::string_view key, Json value) {
  if (Json* const member = find(key); member != nullptr) {
    *member = std::move(value);
    return;
  }
  keys.emplace_back(key);
  children.push_back(std::move(value));
}

void Json::erase(std::size_t at) {
  const auto place = static_cast<std::ptrdiff_t>(at);
  if (is_object()) keys.erase(keys.begin() + place);
  children.erase(children.begin() + place);
}

std::string Json::to_text() const {
  std::string out;
  append(*this, out);
  return out;
}

}  // namespace slipway::testing
