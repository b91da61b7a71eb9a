// A bundle as it is named on the command line: a folder, or a packed bundle.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "lifecycle/unpacked_bundle.hpp"

namespace slipway::cli {

struct GivenBundle {
  std::filesystem::path directory;                    // of the bundle
  std::optional<lifecycle::UnpackedBundle> unpacked;  // what `directory` is in, where it was packed
};

// Unpacks, and so verifies, what is a file; whether a folder is a bundle is not looked at.
Result<GivenBundle> open_given(const std::string& name);

}  // namespace slipway::cli
