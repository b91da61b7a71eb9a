// What a take-over does to a host that serves.
#pragma once

#include "cli/model_source.hpp"
#include "cli/service_link.hpp"
#include "cli/takeover_listener.hpp"
#include "http/server.hpp"

namespace slipway::cli {

class HostHandOver final : public HandOver {
 public:
  HostHandOver(http::Server& server, ModelSource& source, ServiceLink& link, Nanoseconds drain)
      : server_(server), source_(source), link_(link), drain_(drain) {}

  Result<Handed> let_go(Nanoseconds deadline) override;
  void take_back() override;
  void retire(pid_t successor, bool own_manager) override;

 private:
  http::Server& server_;
  ModelSource& source_;
  ServiceLink& link_;
  const Nanoseconds drain_;  // for what was accepted
};

}  // namespace slipway::cli
