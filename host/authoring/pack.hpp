// From an author's folder to a packed bundle, in two steps with a check of the caller's between them: what is
// checked is what is packed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "lifecycle/unpacked_bundle.hpp"

namespace slipway::authoring {

// The files that will be packed, copied to a private folder.
struct PackDraft {
  lifecycle::TemporaryFolder folder;
  std::filesystem::path directory;  // in `folder`: the bundle
  lifecycle::PackedBundle about;
  std::vector<std::string> left_out;  // names at the folder's top, and files below lib/, that are not packed
};

// A bundle is model.yaml, README.md, schemas/ (or where the manifest has them), tests/, data/ and the plugin
// below lib/ for each architecture, with all that lies beside it where it gets a process of its own. Refuses
// what leaks.hpp finds, unless the file is among `allowed`, and links that lead out of the folder or nowhere;
// one error names them all. Code::not_found also where `allowed` names a file that is not there.
// `created`: seconds since 1970, for the SBOM.
Result<PackDraft> draft_pack(const std::filesystem::path& folder, const std::vector<std::string>& allowed,
                             std::int64_t created);

// Writes the file beside `target` and renames it; what was there is replaced. Its size in bytes.
Result<std::uint64_t> write_pack(const PackDraft& draft, const std::filesystem::path& target);

}  // namespace slipway::authoring
