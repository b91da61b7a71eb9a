// From one document into another.
#pragma once

#include "document/builder.hpp"

namespace slipway::document {

// Gives `value` to `builder`, with all that is in it; false as soon as that refuses. Tensors of rank 1 at
// most, which is what JSON and YAML become.
bool copy_value(Value value, Builder& builder);

}  // namespace slipway::document
