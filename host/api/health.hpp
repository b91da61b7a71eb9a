// GET /health/live, /health/ready and /metrics: for probes and for Prometheus.
#pragma once

#include <atomic>

#include "api/key_guard.hpp"
#include "http/exchange.hpp"
#include "http/server.hpp"
#include "lifecycle/idle_keeper.hpp"
#include "lifecycle/reaper.hpp"
#include "model/routing_table.hpp"

namespace slipway::api {

class HealthService {
 public:
  explicit HealthService(const model::RoutingTableOwner& tables)
      : tables_(tables), started_(monotonic_now()) {}

  // Ready from when the routing table has been published until the host begins to drain; what failed to load
  // never makes a host that serves unready.  [any]
  void set_ready(bool ready) { ready_.store(ready, std::memory_order_release); }
  // What counts swaps, drains and cold starts; all must outlive the last request. Before the first one.
  void set_lifecycle(const lifecycle::Catalog& catalog, const lifecycle::Reaper& reaper,
                     const lifecycle::IdleKeeper& idle) {
    catalog_ = &catalog;
    reaper_ = &reaper;
    idle_ = &idle;
  }
  // What counts refused callers; it must outlive the last request. Before the first one.
  void set_keys(const KeyGuard& keys) { keys_ = &keys; }
  // Whose own numbers are among the metrics, once there is one; it must outlive the last request.  [any]
  void set_server(const http::Server* server) { server_.store(server, std::memory_order_release); }

  void live(http::Exchange& exchange) const;
  void ready(http::Exchange& exchange) const;
  void metrics(http::Exchange& exchange) const;

 private:
  const model::RoutingTableOwner& tables_;
  const Nanoseconds started_;
  std::atomic<bool> ready_{false};
  std::atomic<const http::Server*> server_{nullptr};
  const KeyGuard* keys_ = nullptr;
  const lifecycle::Catalog* catalog_ = nullptr;
  const lifecycle::Reaper* reaper_ = nullptr;
  const lifecycle::IdleKeeper* idle_ = nullptr;
};

}  // namespace slipway::api
