// What a server calls for each request that is well-formed HTTP.
#pragma once

#include "http/exchange.hpp"

namespace slipway::http {

class Handler {
 public:
  virtual ~Handler() = default;

  // [serving thread, several at once for different exchanges] Fills in exchange.response(), or calls
  // exchange.defer() and returns. What was not deferred is sent when this returns.
  virtual void handle(Exchange& exchange) noexcept = 0;
};

}  // namespace slipway::http
