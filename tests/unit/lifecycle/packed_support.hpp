// Packed bundles to be read, sound ones and others.
#pragma once

#include <string>
#include <vector>

#include "lifecycle/packed_bundle.hpp"
#include "lifecycle/tar_stream.hpp"
#include "store_support.hpp"

namespace slipway::test {

// In the order in which they lie in the archive.
using Entries = std::vector<std::pair<std::string, std::string>>;

inline std::string zstd_of(std::string_view bytes) {
  std::string out;
  ZstdWriter writer([&](std::string_view more) {
    out += more;
    return Status();
  });
  REQUIRE(writer.write(bytes).ok());
  REQUIRE(writer.finish().ok());
  return out;
}

inline std::string tar_of(const Entries& entries) {
  std::string out;
  lifecycle::TarWriter tar([&](std::string_view more) {
    out += more;
    return Status();
  });
  for (const auto& [path, bytes] : entries) {
    REQUIRE(refusal(tar.begin_file(path, bytes.size())) == "");
    REQUIRE(refusal(tar.write(bytes)) == "");
  }
  REQUIRE(refusal(tar.finish()) == "");
  return out;
}

constexpr const char* kSbom = "{\"spdxVersion\":\"SPDX-2.3\"}";

// Of files whose paths are sorted.
inline lifecycle::BundleLock lock_of(const Entries& files, const std::string& name = "churn") {
  lifecycle::BundleLock lock;
  lock.name = name;
  lock.version = "1.0.0";
  lock.sbom_sha256 = to_hex(sha256(kSbom));
  for (const auto& [path, bytes] : files) lock.files.push_back({path, bytes.size(), to_hex(sha256(bytes))});
  return lock;
}

inline Entries churn_files() {
  return {{"README.md", "A model.\n"},
          {"lib/x86_64/p.so", std::string(3000, 'l')},
          {"model.yaml", "name: churn\nversion: 1.0.0\nplugin: p\n"}};
}

// The entries of an archive that holds these files, under this lock.
inline Entries entries_of(const lifecycle::BundleLock& lock, const Entries& files) {
  const Result<std::string> text = lifecycle::to_json(lock);
  REQUIRE(refusal(text) == "");
  Entries entries = {{"slipway.lock", *text}, {"sbom.spdx.json", kSbom}};
  for (const auto& [path, bytes] : files) entries.emplace_back("bundle/" + path, bytes);
  return entries;
}

inline Entries churn_entries() {
  return entries_of(lock_of(churn_files()), churn_files());
}

}  // namespace slipway::test
