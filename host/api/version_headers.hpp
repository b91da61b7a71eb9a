// What an answer says of the version that gave it.
#pragma once

#include <string_view>

#include "http/exchange.hpp"
#include "model/route.hpp"

namespace slipway::api {

// X-Model-Version and, of a deprecated version, Deprecation, Sunset and Link. Allocates nothing in a steady
// state. The version itself need not be there any more.
void add_version_headers(http::Exchange& exchange, const model::Slot& slot, std::string_view version);

}  // namespace slipway::api
