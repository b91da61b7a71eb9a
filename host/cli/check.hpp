// What `slipway check` does, for commands that ship what it has passed.
#pragma once

#include <filesystem>
#include <string>

namespace slipway::cli {

// Prints each step of the check as it passes or fails. The exit status: 0 when a host would serve the bundle.
int check_bundle(const std::filesystem::path& directory, const std::string& cache);

}  // namespace slipway::cli
