// The control plane: what operators ask of a running host, over a Unix socket. Commands are answered 202 with
// an operation, whose steps are then followed at /operations/{id}.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/admin_commands.hpp"
#include "api/models.hpp"
#include "http/router.hpp"
#include "lifecycle/control.hpp"
#include "lifecycle/operations.hpp"

namespace slipway::api {

class AdminService {
 public:
  // All must outlive the last request.
  AdminService(lifecycle::Operations& operations, lifecycle::Control& control,
               const model::RoutingTableOwner& tables);

  http::Handler& handler() { return router_; }

 private:
  void add(http::Method method, std::string_view pattern, http::RouteFunction function);
  void add_command(AdminCommand command);
  void start(http::Exchange& exchange, AdminJob job, lifecycle::Operations::Pace pace);
  void follow(http::Exchange& exchange, std::string_view id);
  void history(http::Exchange& exchange);
  void versions(http::Exchange& exchange);
  void status(http::Exchange& exchange);

  lifecycle::Operations& operations_;
  lifecycle::Control& control_;
  const model::RoutingTableOwner& tables_;
  ModelsService models_;
  http::Router router_;
};

}  // namespace slipway::api
