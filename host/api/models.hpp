// GET /models and below: what is served, and its schemas.
#pragma once

#include <string_view>

#include "http/exchange.hpp"
#include "model/routing_table.hpp"

namespace slipway::api {

class ModelsService {
 public:
  explicit ModelsService(const model::RoutingTableOwner& tables) : tables_(tables) {}

  void list(http::Exchange& exchange) const;
  // `version` empty: the stable one.
  void describe(http::Exchange& exchange, std::string_view model, std::string_view version) const;
  // As YAML where Accept asks for it, else as JSON.
  void schema(http::Exchange& exchange, std::string_view model, bool of_request) const;

 private:
  model::Lease find(http::Exchange& exchange, std::string_view model, std::string_view version) const;

  const model::RoutingTableOwner& tables_;
};

}  // namespace slipway::api
