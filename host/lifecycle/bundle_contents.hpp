// What a bundle consists of: each file's path and SHA-256. The list as text names the bundle: its own SHA-256
// is the bundle's digest. The text is what `sha256sum` writes and reads, so that a store can be checked by
// hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace slipway::lifecycle {

struct HashedFile {
  std::string path;    // relative to the bundle, with '/'
  std::string sha256;  // 64 lower-case digits

  bool operator==(const HashedFile&) const = default;
};

class BundleContents {
 public:
  BundleContents() = default;
  explicit BundleContents(
      std::vector<HashedFile> files);  // in any order; paths as check_bundle_path wants them
  static Result<BundleContents> parse(std::string_view text);

  const std::vector<HashedFile>& files() const { return files_; }  // sorted by path
  const HashedFile* find(std::string_view path) const;             // null: there is none
  const std::string& text() const { return text_; }                // "<sha256>  <path>\n" for each file
  std::string digest() const;                                      // SHA-256 of text(), 64 lower-case digits

 private:
  std::vector<HashedFile> files_;
  std::string text_;
};

// A path that can stand in a bundle: relative, UTF-8 without control characters or backslashes, no empty, "."
// or ".." part, at most 1,024 bytes.
Status check_bundle_path(std::string_view path);

// "model.yaml differs, data/w.bin is new, README.md is missing": `now` as seen from `before`; the first few.
std::string describe_difference(const BundleContents& before, const BundleContents& now);

}  // namespace slipway::lifecycle
