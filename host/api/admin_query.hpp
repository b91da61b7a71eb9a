// The query of a request to the control plane: names and numbers, which need no decoding.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.hpp"

namespace slipway::api {

inline std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "b" for the key x in "a=1&x=b"; empty where it is not there.
inline std::string query_text(const http::Exchange& exchange, std::string_view key) {
  std::string_view rest = exchange.request().query();
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=')
      return std::string(pair.substr(key.size() + 1));
  }
  return {};
}

inline std::optional<std::uint64_t> query_number(const http::Exchange& exchange, std::string_view key) {
  return to_number(query_text(exchange, key));
}

}  // namespace slipway::api
