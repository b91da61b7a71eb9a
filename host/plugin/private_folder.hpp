// A folder that nobody else can change what is in.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::plugin {

// The folder, made (0700) if it does not exist. Refused: one that others may write to, or that code cannot be
// loaded from.  [any]
Result<UniqueFd> open_private_folder(const std::filesystem::path& folder);

}  // namespace slipway::plugin
