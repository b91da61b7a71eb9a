// What the process has mapped of a file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::plugin {

struct Mappings {
  std::size_t count = 0;
  std::size_t bytes = 0;  // of address space
};

// Of files whose path contains `name`, also if they were deleted since; in this process, or in the one with
// the ID `process`. Nothing where /proc is not mounted.  [any]
Mappings mappings_of(std::string_view name, const std::string& process = "self");

}  // namespace slipway::plugin
