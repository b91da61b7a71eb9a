// A document as JSON text: shortest numbers that read back the same, minimal escapes, no white space.
#pragma once

#include <string>

#include "base/padded_buffer.hpp"
#include "document/value.hpp"

namespace slipway::document {

// Appends `value` to `out`. Doubles keep a fraction or an exponent ("1.0"), so that reading the text gives
// the same document again; float32 numbers are as short as a float needs; tensors become nested arrays; bytes
// become base64.
void write_json(Value value, PaddedBuffer& out);
std::string to_json(Value value);

}  // namespace slipway::document
