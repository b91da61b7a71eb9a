// The software bill of materials of a packed bundle: SPDX 2.3 as JSON.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "lifecycle/bundle_lock.hpp"

namespace slipway::authoring {

// The bundle as a package, each library that its plugins are linked to, the SDK and the compilers. Made from
// the lock (but for its sbom_sha256) and `created` (seconds since 1970) alone: the same for the same. Files
// are the lock's business: SPDX wants SHA-1 of each.
Result<std::string> make_sbom(const lifecycle::BundleLock& lock, std::int64_t created);

}  // namespace slipway::authoring
