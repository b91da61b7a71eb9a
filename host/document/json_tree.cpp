#include "document/json_tree.hpp"

#include <algorithm>
#include <cstddef>

#include "base/json_text.hpp"
#include "document/json_writer.hpp"

namespace slipway::document {
namespace {

void append(const Json& value, PaddedBuffer& out) {
  switch (value.kind) {
    case Json::Kind::literal:
      out.append(value.text);
      return;
    case Json::Kind::string:
      return append_json_string(value.text, out);
    case Json::Kind::array:
    case Json::Kind::object:
      break;
  }
  out.append(value.is_object() ? '{' : '[');
  for (std::size_t i = 0; i < value.children.size(); ++i) {
    if (i != 0) out.append(',');
    if (value.is_object()) {
      append_json_string(value.keys[i], out);
      out.append(':');
    }
    append(value.children[i], out);
  }
  out.append(value.is_object() ? '}' : ']');
}

}  // namespace

Json Json::of(Value value) {
  if (value.is_string()) return string(value.text());
  if (value.is_array()) {
    Json array = Json::array();
    for (std::uint32_t i = 0; i < value.size(); ++i) array.children.push_back(of(value.element(i)));
    return array;
  }
  if (!value.is_object()) return literal(to_json(value));
  Json object = Json::object();
  for (std::uint32_t i = 0; i < value.size(); ++i) {
    object.keys.emplace_back(value.key(i));
    object.children.push_back(of(value.member(i)));
  }
  return object;
}

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
  PaddedBuffer out;
  append(*this, out);
  return std::string(out.view());
}

}  // namespace slipway::document
