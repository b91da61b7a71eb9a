// A call of a version that is asleep: it waits until the version is back in memory, and is routed again.
#pragma once

#include <string>

#include "http/exchange.hpp"

namespace slipway::api {

class PredictService;

class WakingCall final : public http::Deferred {
 public:
  WakingCall(PredictService& service, std::string_view model, std::string_view version,
             std::string_view label)
      : service_(service), model_(model), version_(version), label_(label) {}

 protected:
  void finish(http::Exchange& exchange) noexcept override;
  void expire(http::Exchange& exchange) noexcept override;
  void abandon() noexcept override {}

 private:
  PredictService& service_;
  const std::string model_;
  const std::string version_;  // that was asked for; empty: none
  const std::string label_;    // likewise
};

}  // namespace slipway::api
