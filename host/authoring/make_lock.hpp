// What a bundle's lock and SBOM say, found out from the bundle.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "lifecycle/packed_bundle.hpp"
#include "model/manifest.hpp"

namespace slipway::authoring {

// `files`: those of the bundle in `folder`, sorted by path. `created`: seconds since 1970, for the SBOM. Runs
// nothing of the bundle's.
Result<lifecycle::PackedBundle> make_lock(const std::filesystem::path& folder,
                                          const model::Manifest& manifest,
                                          std::vector<lifecycle::LockedFile> files, std::int64_t created);

}  // namespace slipway::authoring
