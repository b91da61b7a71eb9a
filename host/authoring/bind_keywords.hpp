// What several schemas say together of a value that must satisfy each of them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "document/value.hpp"

namespace slipway::authoring {

using Schemas = std::vector<document::Value>;  // each an object

// The value of the keyword in the first that has it; null where none has.
const slw_value* first_with(const Schemas& schemas, std::string_view keyword);
// The same where it is a text; empty where there is none.
std::string text_of(const Schemas& schemas, std::string_view keyword);

// The types that a value can have, by their names in schemas, `integer` only without `number`. Where no
// `type` is stated it is guessed from `enum`, `properties` and `items`; empty: it can be anything.
std::set<std::string, std::less<>> type_names(const Schemas& schemas);

// The texts of the first `enum`; empty where there is none.
std::vector<std::string> enum_texts(const Schemas& schemas);
// Whether the first `enum`, if there is one, has a null.
bool allows_null(const Schemas& schemas);

}  // namespace slipway::authoring
