// The values of `format` that are checked. Everything here is linear and allocates nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace slipway::schema {

enum class Format : std::uint8_t { none, date_time, date, email, hostname, ipv4, ipv6, uri, uuid };

// None for a name that is not checked.
std::optional<Format> format_named(std::string_view name);

// What a text of that format is, for a message: "a date-time such as 2018-11-13T20:20:39Z".
std::string_view describe_format(Format format);

// `text` is valid UTF-8.
bool has_format(Format format, std::string_view text);

}  // namespace slipway::schema
