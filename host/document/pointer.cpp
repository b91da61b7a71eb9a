#include "document/pointer.hpp"

#include <charconv>

namespace slipway::document {

void append_token(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

void append_token(std::string& pointer, std::uint32_t index) {
  pointer += '/';
  pointer += std::to_string(index);
}

std::string take_token(std::string_view& pointer) {
  pointer.remove_prefix(1);
  const std::string_view raw = pointer.substr(0, pointer.find('/'));
  pointer.remove_prefix(raw.size());
  std::string token;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '~' && i + 1 < raw.size())
      token += raw[++i] == '0' ? '~' : '/';
    else
      token += raw[i];
  }
  return token;
}

bool is_pointer(std::string_view pointer) {
  if (!pointer.empty() && pointer.front() != '/') return false;
  for (std::size_t i = 0; i < pointer.size(); ++i)
    if (pointer[i] == '~' && (i + 1 == pointer.size() || (pointer[i + 1] != '0' && pointer[i + 1] != '1')))
      return false;
  return true;
}

std::optional<Value> find(Value root, std::string_view pointer) {
  if (!is_pointer(pointer)) return std::nullopt;
  Value at = root;
  while (!pointer.empty()) {
    const std::string token = take_token(pointer);
    if (at.is_object()) {
      const slw_value* const member = at.find(token);
      if (member == nullptr) return std::nullopt;
      at = Value(member);
      continue;
    }
    std::uint32_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    const bool canonical = error == std::errc() && end == token.data() + token.size() &&
                           (token.size() == 1 || token.front() != '0');
    if (!at.is_array() || !canonical || index >= at.size()) return std::nullopt;
    // Below the first axis of a tensor of higher rank there are no nodes to walk to.
    if (at.is_tensor() && at.get().tag != 1) return std::nullopt;
    at = at.element(index);
  }
  return at;
}

bool resolves(Value root, std::string_view pointer) {
  return find(root, pointer).has_value();
}

}  // namespace slipway::document
