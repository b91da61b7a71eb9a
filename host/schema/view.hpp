// A tensor seen as nested arrays: the tensor itself, or one of its rows.
#pragma once

#include <slipway/value.h>

#include <cstdint>

#include "document/value.hpp"

namespace slipway::schema {

// `axis` is below the tensor's rank, which is at least 1.
struct View {
  const slw_value* tensor;
  unsigned axis = 0;
  std::uint64_t first = 0;  // of the numbers in row-major order

  std::uint32_t size() const { return static_cast<std::uint32_t>(slw_tensor_extent(tensor, axis)); }
  bool innermost() const { return axis + 1u == tensor->tag; }
  View row(std::uint32_t i) const {
    std::uint64_t stride = 1;
    for (unsigned inner = axis + 1; inner < tensor->tag; ++inner) stride *= slw_tensor_extent(tensor, inner);
    return {tensor, axis + 1, first + i * stride};
  }
  // Only of the innermost axis.
  slw_value number(std::uint32_t i) const {
    return slw_tensor_number(tensor, static_cast<std::uint32_t>(first + i));
  }
  // Where the numbers begin: what tells one row from another.
  const char* address(std::uint32_t i = 0) const {
    return static_cast<const char*>(slw_tensor_data(tensor)) + (first + i) * slw_type_size(tensor->detail);
  }
};

bool equal(View a, View b);
bool equal(View a, document::Value b);
std::uint64_t hash(View view);

}  // namespace slipway::schema
