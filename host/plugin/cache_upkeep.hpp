// Keeps the cache of plugins' private copies from growing for ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/clock.hpp"

namespace slipway::plugin {

struct CacheLimits {
  std::size_t copies = 256;
  std::uint64_t bytes = std::uint64_t{1} << 30;
  // What has been used within so long stays in any case: another host may be about to load it.
  Nanoseconds spared = 3600 * kSecond;
};

struct CacheUpkeep {
  std::size_t removed = 0;
  std::uint64_t bytes = 0;  // of those
};

// Removes the copies that have not been used for the longest, until the rest is within the limits, and drafts
// that were never finished. Copies that this process holds stay; for other processes a copy that they have
// loaded stays as it is in their memory. Other files are not touched. A folder that cannot be read is left
// alone.  [control]
CacheUpkeep tidy_cache(const std::filesystem::path& cache, const CacheLimits& limits);

}  // namespace slipway::plugin
