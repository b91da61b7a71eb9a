#include "statistics.hpp"

#include <algorithm>
#include <cstddef>

namespace storm {
namespace {

template <class Number>
double nth(std::vector<Number>& values, double part) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(at)]);
}

}  // namespace

double quantile(std::vector<double> values, double part) {
  return nth(values, part);
}
double quantile_of(std::vector<float>& values, double part) {
  return nth(values, part);
}

Spread spread(const std::vector<double>& values) {
  return {quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)};
}

std::vector<double> ratios_to_neighbours(const std::vector<double>& values) {
  std::vector<double> ratios;
  for (std::size_t i = 1; i + 1 < values.size(); i += 2)
    ratios.push_back(values[i] / ((values[i - 1] + values[i + 1]) / 2));
  return ratios;
}

std::vector<double> ratios_among_even(const std::vector<double>& values) {
  std::vector<double> ratios;
  for (std::size_t i = 2; i + 2 < values.size(); i += 2)
    ratios.push_back(values[i] / ((values[i - 2] + values[i + 2]) / 2));
  return ratios;
}

}  // namespace storm
