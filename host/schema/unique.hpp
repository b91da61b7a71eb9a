// Finding equal items, in time linear in the array whatever is in it.
#pragma once

#include <cstdint>
#include <optional>

#include "schema/view.hpp"

namespace slipway::schema {

struct EqualItems {
  std::uint32_t first;
  std::uint32_t second;
  bool given_up = false;  // the items were made to defeat the search: taken for equal, because this must end
};

// Two items that are equal, if there are any. The scratch memory of large arrays stays with the thread.
std::optional<EqualItems> find_equal_items(const slw_value* array);
std::optional<EqualItems> find_equal_items(View view);

}  // namespace slipway::schema
