// Which libraries of this machine a plugin's DT_NEEDED names lead to.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lifecycle/bundle_lock.hpp"

namespace slipway::authoring {

// The folders in which the loader looks by itself: LD_LIBRARY_PATH's and the system's.
std::vector<std::filesystem::path> library_folders();

// For each name the file that it leads to, by the file's own name (which is where a library's exact version
// is), and its build ID. Nothing is loaded.
std::vector<lifecycle::LinkedLibrary> find_libraries(const std::vector<std::string>& names,
                                                     const std::vector<std::filesystem::path>& folders);

}  // namespace slipway::authoring
