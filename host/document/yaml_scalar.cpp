#include "document/yaml_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "document/number.hpp"

namespace slipway::document {
namespace {

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

slw_value node_of(std::uint8_t kind) {
  slw_value node{};
  node.kind = kind;
  return node;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_null(std::string_view text) {
  return is_one_of(text, {"", "~", "null", "Null", "NULL"});
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<slw_value> boolean(std::string_view text) {
  if (is_one_of(text, {"true", "True", "TRUE"})) return node_of(SLW_TRUE);
  if (is_one_of(text, {"false", "False", "FALSE"})) return node_of(SLW_FALSE);
  return std::nullopt;
}

bool is_infinite_or_nan(std::string_view text) {
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return true;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return is_one_of(text, {".inf", ".Inf", ".INF"});
}

// 0o17 and 0xFF.
std::optional<Result<slw_value>> radix_integer(std::string_view text) {
  const int base = text.starts_with("0o") ? 8 : (text.starts_with("0x") ? 16 : 0);
  if (base == 0 || text.size() == 2) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, base);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error != std::errc())
    return Error(Code::invalid_argument, "the number " + std::string(text) + " does not fit into 64 bits");
  slw_value node = node_of(value >> 63 == 0 ? SLW_INT64 : SLW_UINT64);
  node.as.u64 = value;
  return node;
}

// The core schema's decimal forms, brought to JSON's: "+1" to "1", ".5" to "0.5", "5." to "5.0", "007" to
// "7".
std::optional<std::string> json_number(std::string_view text) {
  std::string json;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    if (text.front() == '-') json += '-';
    text.remove_prefix(1);
  }
  const std::size_t exponent_at = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string_view whole = mantissa.substr(0, point);
  const std::string_view fraction = point < mantissa.size() ? mantissa.substr(point + 1) : std::string_view();
  if ((whole.empty() && fraction.empty()) || (!whole.empty() && !is_digits(whole)) ||
      (!fraction.empty() && !is_digits(fraction)))
    return std::nullopt;
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  json += whole.empty() ? "0" : whole;
  if (point < mantissa.size()) json.append(".").append(fraction.empty() ? "0" : fraction);
  if (exponent_at < text.size()) {
    std::string_view exponent = text.substr(exponent_at + 1);
    json += 'e';
    if (!exponent.empty() && (exponent.front() == '-' || exponent.front() == '+')) {
      json += exponent.front();
      exponent.remove_prefix(1);
    }
    if (!is_digits(exponent)) return std::nullopt;
    json += exponent;
  }
  return json;
}

std::optional<Result<slw_value>> number(std::string_view text) {
  if (is_infinite_or_nan(text))
    return Error(Code::invalid_argument, std::string(text) + " cannot be written as JSON");
  if (auto integer = radix_integer(text)) return integer;
  const std::optional<std::string> json = json_number(text);
  if (!json) return std::nullopt;
  const char* at = json->c_str();
  slw_value node;
  if (scan_number(at, node) != Scan::number)
    return Error(Code::invalid_argument,
                 "the number " + std::string(text) + " is beyond the range of a double");
  return node;
}

Result<slw_value> tagged(std::string_view text, std::string_view type) {
  const auto mismatch = [&] {
    return Error(Code::invalid_argument, "\"" + std::string(text) + "\" is no !!" + std::string(type));
  };
  if (type == "str") return node_of(SLW_STRING);
  if (type == "null") {
    if (is_null(text)) return node_of(SLW_NULL);
    return mismatch();
  }
  if (type == "bool") {
    if (const auto value = boolean(text)) return *value;
    return mismatch();
  }
  if (type == "int" || type == "float") {
    auto value = number(text);
    if (!value) return mismatch();
    if (!*value) return std::move(*value);
    if (type == "int" && !Value(**value).is_integer()) return mismatch();
    if (type == "float") {
      const double as_float = slw_number(&**value);
      **value = node_of(SLW_FLOAT64);
      (*value)->as.f64 = as_float;
    }
    return std::move(*value);
  }
  return Error(Code::invalid_argument, "the tag !!" + std::string(type) + " is not supported here");
}

}  // namespace

Result<slw_value> resolve_scalar(std::string_view text, std::string_view tag) {
  if (tag == "!") return node_of(SLW_STRING);
  if (tag.starts_with(kCoreTag)) return tagged(text, tag.substr(kCoreTag.size()));
  if (!tag.empty() && tag != "?")
    return Error(Code::invalid_argument, "the tag " + std::string(tag) + " is not supported; remove it");
  if (is_null(text)) return node_of(SLW_NULL);
  if (const auto value = boolean(text)) return *value;
  if (auto value = number(text)) return std::move(*value);
  return node_of(SLW_STRING);
}

}  // namespace slipway::document
