// A model's versions with their states, as GET /models/{name} and the control plane tell them.
#pragma once

#include <cstdint>
#include <string>

#include "api/json_body.hpp"
#include "model/route.hpp"

namespace slipway::api {

// Writes the member `versions`.
void write_versions(JsonBody& body, const model::Route& route);

// Writes the member `deprecation`.
void write_deprecation(JsonBody& body, const model::Deprecation& deprecation);

// RFC 3339, of milliseconds since 1970: "2026-11-24T21:00:00.123Z".
std::string utc_text(std::int64_t milliseconds);

}  // namespace slipway::api
