// How deep the shallowest values of each schema are: what leads out of a recursion.
#pragma once

#include <cstdint>
#include <vector>

#include "schema/program.hpp"

namespace slipway::schema {

constexpr std::uint32_t kEndless = 1'000;  // no value that is less deep than this

// For each node, how many arrays and objects are inside each other in its shallowest value, by what the node
// and those it refers to require; at most kEndless.
std::vector<std::uint32_t> shallowest(const Program& program);

}  // namespace slipway::schema
