// Linear regression: weights from data/weights.csv, the width of the range from the manifest's parameters.
#pragma once

#include <slipway/model.hpp>

#include <algorithm>

#include "@plugin@.bind.hpp"
#include "weights.hpp"

namespace @plugin@ {

class Model {
 public:
  // Runs once, and may be slow. What it throws is why the version is not served.
  explicit Model(const slipway::Setup& setup) {
    const Weights weights(setup.open("data/weights.csv"));
    const double deviations = setup.parameters().value_or("deviations", 2.0);
    if (!(deviations >= 0)) throw slipway::InvalidArgument("/deviations", "must not be negative");
    half_width_ = deviations * weights.at("deviation");
    intercept_ = weights.at("intercept");
    area_ = weights.at("area");
    rooms_ = weights.at("rooms");
    age_ = weights.at("age");
    for (const Place each : {Place::centre, Place::suburb, Place::country})
      place_[static_cast<std::size_t>(each)] = weights.at(std::string(to_string(each)));
  }

  // const: many threads call it at once. What belongs to one request stays in local variables.
  Response predict(const Request& request) const {
    const double price = intercept_ + area_ * request.area + rooms_ * static_cast<double>(request.rooms) +
                         age_ * static_cast<double>(request.age) + place_[static_cast<std::size_t>(request.place)];
    return {.price = std::max(0.0, price),
            .low = std::max(0.0, price - half_width_),
            .high = std::max(0.0, price + half_width_)};
  }

 private:
  double intercept_, area_, rooms_, age_, half_width_;
  double place_[3];
};

}  // namespace @plugin@
