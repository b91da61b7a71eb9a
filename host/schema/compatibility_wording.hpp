// Words for what inclusion finds.
#pragma once

#include <string>

#include "schema/inclusion.hpp"

namespace slipway::schema {

// The values that do not meet the duty: "a string of more than 3 characters".
std::string describe(const Versions& versions, Term wanted, const Duty& duty);
std::string describe(Forms forms);            // "null or a boolean"
std::string describe(document::Value value);  // "the value 3"
// Where the keyword stands within the schema of `wanted`.
std::string keyword_pointer(const Versions& versions, Term wanted, const Duty& duty);

}  // namespace slipway::schema
