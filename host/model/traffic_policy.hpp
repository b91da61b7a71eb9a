// How a label takes part in a model's traffic, as an operator has asked for it.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "model/tolerance.hpp"

namespace slipway::model {

struct TrafficPolicy {
  // Of the traffic that names neither version nor label, 0 to 1: answered by a canary, copied to a shadow.
  double share = 0;
  std::string sticky_header;         // requests with an equal value go the same way; empty: each is drawn
  std::optional<double> max_errors;  // 0 to 1: a larger part of failed answers within `window` rolls back
  std::optional<Nanoseconds> max_latency;  // likewise, for the p99
  Nanoseconds window = 0;
  Tolerance tolerance;  // within which a shadow's answer counts as equal

  bool has_bounds() const { return max_errors || max_latency; }
  bool operator==(const TrafficPolicy&) const = default;
};

}  // namespace slipway::model
