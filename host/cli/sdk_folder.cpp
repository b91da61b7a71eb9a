#include "cli/sdk_folder.hpp"

#include <cstdlib>

namespace slipway::cli {

std::filesystem::path sdk_folder() {
  if (const char* const named = std::getenv("SLIPWAY_SDK"); named != nullptr && *named != '\0') return named;
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return program.parent_path().parent_path() / "share" / "slipway";
}

}  // namespace slipway::cli
