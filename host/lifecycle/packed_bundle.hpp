// A packed bundle, NAME-VERSION.slip: a zstd frame around a tar file that holds
//
//   slipway.lock      each of the bundle's files with size and hash (bundle_lock.hpp)
//   sbom.spdx.json    what it is made of
//   bundle/...        the bundle's files, sorted by path
//
// in this order and nothing else. The first two are about the bundle and not of it: a store keeps what is
// below bundle/, and knows it by the same digest as if the folder itself had been published.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/input_stream.hpp"
#include "base/result.hpp"
#include "base/zstd_stream.hpp"
#include "lifecycle/bundle_lock.hpp"
#include "lifecycle/bundle_visitor.hpp"

namespace slipway::lifecycle {

constexpr const char* kPackedExtension = ".slip";

struct PackedBundle {
  BundleLock lock;
  std::string sbom;  // SPDX 2.3, JSON; lock.sbom_sha256 is its hash
};

// Writes the bundle in `folder`, whose files are what the lock says. The same bundle, lock and SBOM are the
// same bytes (with one version of libzstd).
Status write_packed(const PackedBundle& about, const std::filesystem::path& folder, Sink sink);

// Reads a hostile file: the whole of it, handing the bundle's files to `visitor`. What was handed over is
// worth something only if this succeeds; then every file is what the lock says, and there is no other. Lock
// and SBOM may have 16 MiB each; files are read piece by piece, and have no more bytes than a bundle may
// have.
Result<PackedBundle> read_packed(InputStream& file, BundleVisitor& visitor);
// The same for what is in the zstd frame.
Result<PackedBundle> read_packed_tar(InputStream& tar, BundleVisitor& visitor);

}  // namespace slipway::lifecycle
