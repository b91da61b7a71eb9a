// Adds up an array of numbers: the smallest model there is, and the one that shows what moving numbers costs.
#include "sum.bind.hpp"

#include <slipway/model.hpp>

#include <cmath>

namespace {

class Sum {
 public:
  explicit Sum(const slipway::Setup&) {}

  sum::Response predict(const sum::Request& numbers) const {
    // The order is part of the model's definition: another one rounds differently.
    double total = 0;
    for (const double number : numbers) total += number;
    if (!std::isfinite(total))
      throw slipway::InvalidArgument(
          "", "the numbers add up to more than a double can hold (about 1.8e308); scale them down first");
    return {.sum = total};
  }
};

}  // namespace

SLIPWAY_PLUGIN(Sum)
