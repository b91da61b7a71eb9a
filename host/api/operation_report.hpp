// GET /operations/{id}: an operation's steps since the caller's last look, as soon as there are any.
#pragma once

#include <memory>

#include "http/exchange.hpp"
#include "lifecycle/operation.hpp"

namespace slipway::api {

class OperationReport final : public http::Deferred {
 public:
  OperationReport(std::shared_ptr<lifecycle::Operation> operation, std::size_t seen)
      : operation_(std::move(operation)), seen_(seen) {}

 protected:
  void finish(http::Exchange& exchange) noexcept override;
  // Nothing new in all that time: the caller asks again.
  void expire(http::Exchange& exchange) noexcept override { finish(exchange); }
  void abandon() noexcept override {}

 private:
  void write(http::Exchange& exchange) const;

  const std::shared_ptr<lifecycle::Operation> operation_;
  const std::size_t seen_;
};

}  // namespace slipway::api
