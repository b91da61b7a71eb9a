// The checks on a plugin's exported table once it is in memory.
#pragma once

#include <slipway/ext/batch.h>
#include <slipway/plugin.h>

#include <cstddef>

#include "base/result.hpp"

namespace slipway::plugin {

// What ABI minor version 0 had. A plugin of that age is served: what came later is null in the host's copy.
constexpr std::size_t kMinimumTableSize = offsetof(slw_plugin, get_extension);

// Copies the table at `exported` to the host, after checking that its functions and texts lie in the library
// it came from. `exported_size` is the size its symbol states: no more than that is read.  [control]
Result<slw_plugin> read_table(const slw_plugin* exported, std::size_t exported_size);

// Asks the plugin for its table of the batch extension and copies it, after the same checks. Code::not_found:
// it offers none.  [control]
Result<slw_batch> read_batch_table(const slw_plugin& table);

}  // namespace slipway::plugin
