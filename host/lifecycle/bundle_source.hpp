// An author's folder, read to be published: which files belong to the bundle, and the bytes of each. The
// folder may change while it is read; what counts is what was read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "lifecycle/bundle_visitor.hpp"

namespace slipway::lifecycle {

// Of one bundle; how many files, says bundle_digest.hpp.
constexpr std::uint64_t kMaxBundleBytes = std::uint64_t{16} << 30;
constexpr int kMaxBundleDepth = 16;  // folders inside each other

class BundleSource {
 public:
  static Result<BundleSource> open(const std::filesystem::path& folder);

  // Paths of its files, relative to the folder and sorted. Names that begin with a dot are left out. Links
  // are followed as long as they stay in the folder; what is neither file nor folder is refused, and so are
  // more files or deeper folders than a bundle may have.
  Result<std::vector<std::string>> files() const;

  struct Listing {
    std::vector<std::string> files;  // as above
    std::vector<Error> problems;     // what files() refuses at the first
  };
  // The same of those files and folders at the top that are wanted by their names.
  Result<Listing> list(const std::function<bool(std::string_view)>& wanted) const;

  // Hands the files to `visitor`, in this order.
  Status visit(const std::vector<std::string>& files, BundleVisitor& visitor) const;

  // Hands the file's bytes to `take`, piece by piece, until it refuses. Lowers `budget` by their number;
  // refuses more bytes than it has.
  Status read(const std::string& file, std::uint64_t& budget,
              const std::function<Status(std::string_view)>& take) const;

 private:
  BundleSource(UniqueFd folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}
  Result<UniqueFd> open_below(const std::string& path, int flags) const;
  Status walk(const std::string& folder, int depth, const std::function<bool(std::string_view)>& wanted,
              Listing& listing) const;
  Status add(const std::string& path, int depth, Listing& listing) const;

  UniqueFd folder_;
  std::string name_;  // for messages
};

}  // namespace slipway::lifecycle
