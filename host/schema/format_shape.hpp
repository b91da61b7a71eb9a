// The outline of a format, as a pattern.
#pragma once

#include "schema/format.hpp"
#include "schema/pattern.hpp"

namespace slipway::schema {

// Matches every text of the format, and some others. Null for Format::none. Lives as long as the program.
const Pattern* format_shape(Format format);

}  // namespace slipway::schema
