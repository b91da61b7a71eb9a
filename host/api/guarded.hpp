// Routes of the host's own services.
#pragma once

#include <string_view>

#include "http/router.hpp"

namespace slipway::api {

// Adds a route whose function may throw: its own trouble (memory, most likely) is one failed request,
// answered 503, never the end of the host. A pattern that the router refuses is a defect of the build, and
// ends it.
void add_route(http::Router& router, http::Method method, std::string_view pattern,
               http::RouteFunction function);

}  // namespace slipway::api
