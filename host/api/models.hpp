// GET /models and below: what is served, and its schemas.
#pragma once

#include <string_view>

#include "api/shadow_report.hpp"
#include "http/exchange.hpp"
#include "model/routing_table.hpp"

namespace slipway::api {

class ModelsService {
 public:
  explicit ModelsService(const model::RoutingTableOwner& tables, Audience audience = Audience::callers)
      : tables_(tables), audience_(audience) {}

  void list(http::Exchange& exchange) const;
  void describe_model(http::Exchange& exchange, std::string_view model) const;
  void describe_version(http::Exchange& exchange, std::string_view model, std::string_view version) const;
  // As YAML where Accept asks for it, else as JSON.
  void schema(http::Exchange& exchange, std::string_view model, bool of_request) const;

 private:
  const model::RoutingTableOwner& tables_;
  const Audience audience_;
};

}  // namespace slipway::api
