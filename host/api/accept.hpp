// What a client wants to read, by its Accept header (RFC 9110, section 12.5.1).
#pragma once

#include <string_view>

namespace slipway::api {

// Whether YAML is asked for, and not JSON as much or more.
bool prefers_yaml(std::string_view accept);

}  // namespace slipway::api
