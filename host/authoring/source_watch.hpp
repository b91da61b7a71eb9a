// Tells when a file of a project is saved.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::authoring {

// Sees every folder below `folder` but hidden ones, and at its top those that a build makes (build, lib).
// One thread.
class SourceWatch {
 public:
  static Result<SourceWatch> start(std::filesystem::path folder);

  int descriptor() const { return events_.get(); }  // readable when something has happened

  // Takes what has happened. The path below the folder of a file that has changed since, if one has; what
  // editors write beside a file does not count.
  std::optional<std::string> take();

 private:
  SourceWatch(std::filesystem::path folder, UniqueFd events)
      : folder_(std::move(folder)), events_(std::move(events)) {}
  void add(const std::filesystem::path& folder);

  std::filesystem::path folder_;
  UniqueFd events_;
  std::map<int, std::filesystem::path> watched_;  // by inotify's number
};

}  // namespace slipway::authoring
