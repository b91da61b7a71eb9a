// NaN and infinities, which JSON cannot say.
#pragma once

#include <cstddef>

namespace slipway::document {

template <class Float>
bool all_finite(const Float* numbers, std::size_t count) {
  // The sum of x - x is 0 unless an x is not finite: no branch per element.
  Float sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += numbers[i] - numbers[i];
  return sum == 0;
}

}  // namespace slipway::document
