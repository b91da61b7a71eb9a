// Numbers within bounds.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "schema/example_demand.hpp"

namespace slipway::schema {

// Numbers that the demand may well accept, the most readable first; varied ones before them where `random` is
// given.
std::vector<slw_value> numbers_for(const Demand& demand, Random* random);

}  // namespace slipway::schema
