// The sentences of violations that are more than a word and a number.
#pragma once

#include <string>
#include <string_view>

#include "schema/program.hpp"
#include "schema/schema.hpp"

namespace slipway::schema {

// "a string", "an integer or null": what `type` allows.
std::string allowed_kinds(const Node& node);

std::string too_few(std::uint32_t least, std::string_view noun, std::uint64_t count);
std::string too_many(std::uint32_t most, std::string_view noun, std::uint64_t count);

std::string not_enumerated(document::Value literals, document::Value value, bool may_show);

// A violation as part of another sentence.
std::string within(const Violation& violation);

}  // namespace slipway::schema
