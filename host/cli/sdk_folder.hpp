// Where `meson install` has put what comes with the program.
#pragma once

#include <filesystem>

namespace slipway::cli {

// PREFIX/share/slipway, from where the program itself is; SLIPWAY_SDK names another place. It need not exist.
std::filesystem::path sdk_folder();

}  // namespace slipway::cli
