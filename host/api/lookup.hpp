// From a name in a route to a version that is served.
#pragma once

#include <memory>
#include <string_view>

#include "http/exchange.hpp"
#include "model/routing_table.hpp"

namespace slipway::api {

struct Found {
  std::shared_ptr<model::Slot> slot;
  model::Lease lease;

  explicit operator bool() const { return static_cast<bool>(lease); }
};

// The stable version where `version` is empty. Nothing after a 404.
Found find_version(http::Exchange& exchange, const model::RoutingTableOwner& tables, std::string_view model,
                   std::string_view version);

void answer_not_found(http::Exchange& exchange, std::string_view model, std::string_view version);

}  // namespace slipway::api
