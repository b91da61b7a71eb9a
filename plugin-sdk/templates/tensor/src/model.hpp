// Moving average. An array of numbers comes as std::span: the very memory that the host has read it into.
#pragma once

#include <slipway/model.hpp>

#include <algorithm>
#include <numeric>

#include "@plugin@.bind.hpp"

namespace @plugin@ {

class Model {
 public:
  explicit Model(const slipway::Setup& setup) {
    const std::int64_t radius = setup.parameters().value_or("radius", std::int64_t{2});
    if (radius < 0 || radius > 1000) throw slipway::InvalidArgument("/radius", "must be 0 to 1000");
    radius_ = static_cast<std::size_t>(radius);
  }

  // const: many threads call it at once. What belongs to one request stays in local variables.
  Response predict(const Request& request) const {
    const std::span<const double> signal = request.signal;
    Response response;
    response.smoothed.reserve(signal.size());
    for (std::size_t i = 0; i < signal.size(); ++i) {
      const std::size_t first = i - std::min(i, radius_);
      const std::size_t end = std::min(signal.size(), i + radius_ + 1);
      response.smoothed.push_back(mean(signal.subspan(first, end - first)));
    }
    response.mean = mean(signal);
    return response;
  }

 private:
  static double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  }

  std::size_t radius_;
};

}  // namespace @plugin@
