// Adds up an array of numbers: the smallest model there is, and the one that shows what moving numbers costs.
#include <slipway/model.hpp>

#include <cmath>

namespace {

class Sum {
 public:
  explicit Sum(const slipway::Setup&) {}

  void predict(slipway::Request request, slipway::Response& response) const {
    // The order is part of the model's definition: another one rounds differently.
    double sum = 0;
    for (const double number : request.numbers()) sum += number;
    if (!std::isfinite(sum))
      throw slipway::InvalidArgument(
          "", "the numbers add up to more than a double can hold (about 1.8e308); scale them down first");
    response.object([&](auto& out) { out["sum"] = sum; });
  }
};

}  // namespace

SLIPWAY_PLUGIN(Sum)
