// A host in this process, made of the parts that `slipway serve` is made of: one serving thread, one of the
// pool.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "api/service.hpp"
#include "http/server.hpp"
#include "model/routing_table.hpp"
#include "model/version.hpp"
#include "serving/pool.hpp"
#include "serving/shadow_runner.hpp"

namespace slipway::guard {

// Never returns.
[[noreturn]] void fail(const std::string& why);

// Its calls run where `execution` says, however slow the machine, and may take as long as they like.
std::unique_ptr<model::ModelVersion> load_model(const std::filesystem::path& bundle,
                                                model::Execution execution);

class Host {
 public:
  explicit Host(std::vector<std::unique_ptr<model::ModelVersion>> versions);

  std::uint16_t port() const { return server_->port(); }

 private:
  model::RoutingTableOwner tables_;
  serving::Pool pool_{1};
  serving::ShadowRunner shadows_{pool_, {}};
  api::Service service_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace slipway::guard
