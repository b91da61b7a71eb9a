// Doubles a number.
#pragma once

#include <slipway/model.hpp>

#include "@plugin@.bind.hpp"

namespace @plugin@ {

class Model {
 public:
  explicit Model(const slipway::Setup&) {}

  // const: many threads call it at once. What belongs to one request stays in local variables.
  Response predict(const Request& request) const { return {.value = 2 * request.value}; }
};

}  // namespace @plugin@
