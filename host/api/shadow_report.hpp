// What has been found out about a model's shadow.
#pragma once

#include "api/json_body.hpp"
#include "model/route.hpp"

namespace slipway::api {

enum class Audience {
  callers,    // counts alone
  operators,  // and how single answers differ
};

// Writes the member `shadow` of a model that has one.
void write_shadow(JsonBody& body, const model::Route& route, Audience audience);

}  // namespace slipway::api
