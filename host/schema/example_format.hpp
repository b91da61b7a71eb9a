// Texts of a format.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.hpp"
#include "schema/format.hpp"

namespace slipway::schema {

// A text of `format` with at least `wanted` characters where the format can have so many, else with as many
// as it can. `way` 0 is the most readable text, 1 the shortest, any other a varied one.
std::string format_text(Format format, std::uint32_t wanted, std::uint32_t way, Random& random);

}  // namespace slipway::schema
