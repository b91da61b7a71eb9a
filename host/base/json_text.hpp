// JSON strings, for every layer that writes some JSON itself.
#pragma once

#include <string_view>

#include "base/padded_buffer.hpp"

namespace slipway {

// Appends `text`, which must be valid UTF-8, as a JSON string with its quotes: only what must be escaped is.
void append_json_string(std::string_view text, PaddedBuffer& out);

}  // namespace slipway
