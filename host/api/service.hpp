// The data plane: every route that clients may call.
#pragma once

#include <functional>

#include "api/docs.hpp"
#include "api/health.hpp"
#include "api/key_guard.hpp"
#include "api/models.hpp"
#include "api/predict.hpp"
#include "http/router.hpp"

namespace slipway::api {

// Who needs a key; /health never does.
struct Access {
  KeyGuard* keys = nullptr;  // null: nobody
  bool open_metrics = false;
};

class Service final : public http::Handler {
 public:
  // All must outlive it.
  Service(const model::RoutingTableOwner& tables, serving::Pool& pool, serving::ShadowRunner& shadows,
          const PredictOptions& options, const Access& access);

  // A caller without a key is told so before its body is read.
  bool wants_body(http::Exchange& exchange) noexcept override;
  void handle(http::Exchange& exchange) noexcept override { router_.handle(exchange); }

  HealthService& health() { return health_; }
  // Each serving thread calls it when a table has been announced.
  void refresh(unsigned thread) { predict_.refresh(thread); }

 private:
  enum class Needs { nothing, any_key, key_for_model };

  void add(http::Method method, std::string_view pattern, http::RouteFunction function,
           Needs needs = Needs::key_for_model);

  const Access access_;
  PredictService predict_;
  ModelsService models_;
  DocsService docs_;
  HealthService health_;
  http::Router router_;
};

}  // namespace slipway::api
