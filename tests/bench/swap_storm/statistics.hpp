// Medians and quantiles.
#pragma once

#include <vector>

namespace storm {

double quantile(std::vector<double> values, double part);  // 0 of nothing
inline double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}
double quantile_of(std::vector<float>& values, double part);  // reorders them

// The median, and the quarters around it.
struct Spread {
  double low = 0, middle = 0, high = 0;
};
Spread spread(const std::vector<double>& values);

// What each of `values` at an odd place is of the mean of its two neighbours; and, to compare it with, the
// same of those at even places and the mean of the next ones on either side. An odd number of values.
std::vector<double> ratios_to_neighbours(const std::vector<double>& values);
std::vector<double> ratios_among_even(const std::vector<double>& values);

}  // namespace storm
