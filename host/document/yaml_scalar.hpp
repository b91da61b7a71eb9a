// What a YAML scalar means: the core schema of YAML 1.2, section 10.3. yaml-cpp's own conversions follow
// YAML 1.1 (`no` is false, 017 is 15) and ignore quotes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/value.hpp"

namespace slipway::document {

// The scalar as a node: null, a boolean, a number, or a string (whose text is `text` itself; the node has
// none). `tag` is as yaml-cpp gives it: "?" or "" for a plain scalar, "!" for a quoted one, else a resolved
// URI. The error is without a place.
Result<slw_value> resolve_scalar(std::string_view text, std::string_view tag);

}  // namespace slipway::document
