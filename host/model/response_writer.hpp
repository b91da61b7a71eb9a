// The slw_writer that a plugin writes its response to: the builder's events behind C functions.
#pragma once

#include <slipway/plugin.h>

#include "document/builder.hpp"

namespace slipway::model {

// Lives on the stack of one call. `abi` is first: the plugin's pointer is this object's.
struct ResponseWriter {
  explicit ResponseWriter(document::Builder& response);

  slw_writer abi;
  document::Builder* builder;
};

}  // namespace slipway::model
