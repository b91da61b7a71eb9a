// How far two numbers may lie apart and still count as equal.
#pragma once

namespace slipway::model {

// A number matches when |actual - expected| <= absolute + relative * |expected|.
struct Tolerance {
  double absolute = 0;
  double relative = 0;

  bool operator==(const Tolerance&) const = default;
};

}  // namespace slipway::model
