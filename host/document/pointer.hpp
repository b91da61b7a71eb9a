// JSON pointers (RFC 6901): the address of a value in every message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "document/value.hpp"

namespace slipway::document {

// Appends "/" and the token, with ~ and / escaped.
void append_token(std::string& pointer, std::string_view key);
void append_token(std::string& pointer, std::uint32_t index);

// Splits the first token off `pointer` (which starts with "/") and unescapes it.
std::string take_token(std::string_view& pointer);

// Whether `pointer` is well-formed: empty, or "/"-separated tokens with only ~0 and ~1 as escapes.
bool is_pointer(std::string_view pointer);

// The value of `root` that `pointer` leads to; nothing inside tensors of a rank above 1, which no text
// becomes.
std::optional<Value> find(Value root, std::string_view pointer);

// Whether there is one.
bool resolves(Value root, std::string_view pointer);

}  // namespace slipway::document
