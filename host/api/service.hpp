// The data plane: every route that clients may call.
#pragma once

#include <functional>

#include "api/health.hpp"
#include "api/models.hpp"
#include "api/predict.hpp"
#include "http/router.hpp"

namespace slipway::api {

class Service {
 public:
  // `tables` and `pool` must outlive it.
  Service(const model::RoutingTableOwner& tables, serving::Pool& pool, const PredictOptions& options);

  http::Handler& handler() { return router_; }
  HealthService& health() { return health_; }

 private:
  void add(http::Method method, std::string_view pattern, http::RouteFunction function);

  PredictService predict_;
  ModelsService models_;
  HealthService health_;
  http::Router router_;
};

}  // namespace slipway::api
