// The lock of a packed bundle, slipway.lock: each file with size and hash, and how the plugins were built. It
// is about the bundle and not of it: the digest in it is that of the bundle's files alone. schemas/lock.yaml
// says what stands in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "document/builder.hpp"
#include "lifecycle/bundle_contents.hpp"

namespace slipway::lifecycle {

struct LockedFile {
  std::string path;
  std::uint64_t size = 0;  // bytes
  std::string sha256;      // 64 lower-case digits
};

BundleContents contents_of(const std::vector<LockedFile>& files);
std::uint64_t bytes_of(const std::vector<LockedFile>& files);

struct LinkedLibrary {
  std::string name;      // "libstdc++.so.6", as the plugin asks for it
  std::string file;      // "libstdc++.so.6.0.30"; empty: it was not found
  std::string build_id;  // hexadecimal; empty: none
};

// How a plugin was built, as far as its file says.
struct PluginOrigin {
  std::string build_id;
  std::string abi;  // "0.1"
  std::string sdk;  // "0.1.0"
  std::vector<std::string> compilers;
  std::vector<LinkedLibrary> libraries;
};

struct LockedPlugin {
  std::string file;                    // in the bundle
  std::optional<PluginOrigin> origin;  // none: it is for another architecture than the packing machine's
};

struct BundleLock {
  std::string name;
  std::string version;
  std::vector<LockedFile> files;  // sorted by path
  std::string sbom_sha256;
  std::vector<LockedPlugin> plugins;

  std::string digest() const { return contents_of(files).digest(); }
};

// The text of slipway.lock: JSON, the same for the same lock.
Result<std::string> to_json(const BundleLock& lock);
// The same, as the next value of a larger document.
void write(const BundleLock& lock, document::Builder& out);

// Reads a hostile text. Refused: what the schema does not allow, paths that are not sorted, occur twice, are
// hidden or cannot stand in a bundle, more bytes than a bundle may have, a digest that is not that of the
// files.
Result<BundleLock> parse_lock(std::string_view text);

}  // namespace slipway::lifecycle
