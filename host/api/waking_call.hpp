// A call of a version that is asleep: it waits until the version is back in memory, and is routed again.
// Where that is asleep once more before the call's turn has come, it waits again, for the rest of its time.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "http/exchange.hpp"

namespace slipway::api {

class PredictService;

class WakingCall final : public http::Deferred {
 public:
  WakingCall(PredictService& service, std::string_view model, std::string_view version,
             std::string_view label, Nanoseconds until)
      : service_(service), model_(model), version_(version), label_(label), until_(until) {}

  // In place of complete(). Not loaded: it waits no more.
  void complete_with(bool loaded) {
    loaded_ = loaded;
    complete();
  }

 protected:
  void finish(http::Exchange& exchange) noexcept override;
  void expire(http::Exchange& exchange) noexcept override;
  void abandon() noexcept override {}

 private:
  PredictService& service_;
  const std::string model_;
  const std::string version_;  // that was asked for; empty: none
  const std::string label_;    // likewise
  const Nanoseconds until_;    // CLOCK_MONOTONIC: how long it may wait
  bool loaded_ = false;
};

}  // namespace slipway::api
