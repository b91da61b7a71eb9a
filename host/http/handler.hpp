// What a server calls for each request that is well-formed HTTP.
#pragma once

#include "http/exchange.hpp"

namespace slipway::http {

class Handler {
 public:
  virtual ~Handler() = default;

  // [serving thread] The head was read, and its body is yet to come: whether it is worth waiting for. If not,
  // fills in exchange.response(); the connection ends with it, and the body is not read. Not called for a
  // body that has come with its head.
  virtual bool wants_body(Exchange&) noexcept { return true; }

  // [serving thread, several at once for different exchanges] Fills in exchange.response(), or calls
  // exchange.defer() and returns. What was not deferred is sent when this returns.
  virtual void handle(Exchange& exchange) noexcept = 0;
};

}  // namespace slipway::http
