#include "cli/command.hpp"

#include <cstdio>
#include <cstdlib>

namespace slipway::cli {

std::filesystem::path cache_folder(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  if (const char* const cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && cache[0] == '/')
    return std::filesystem::path(cache) / "slipway";
  if (const char* const home = std::getenv("HOME"); home != nullptr && home[0] == '/')
    return std::filesystem::path(home) / ".cache" / "slipway";
  return {};
}

void complain(const std::string& message) {
  std::fprintf(stderr, "slipway: %s\n", message.c_str());
}

}  // namespace slipway::cli
