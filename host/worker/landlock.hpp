// Landlock: a process gives up all files but some, for good, without a privilege.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "model/manifest.hpp"

namespace slipway::worker {

// What this kernel has: the ABI's version, or 0 for none.
int landlock_version();

// From now on this thread, and those it starts, may read the folder `bundle`, the open file `plugin`, the
// system's libraries and a few files that describe the machine, with the network granted also those by which
// names are looked up and certificates checked; it may write, make, remove and execute no file at all, but
// in the folders that are granted. Needs landlock_version() > 0 and no_new_privs.
Status restrict_files(const std::filesystem::path& bundle, int plugin, const model::Grants& grants);

}  // namespace slipway::worker
