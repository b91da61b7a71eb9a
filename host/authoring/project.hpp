// An author's project: the folder with model.yaml, the sources and a build, which is a bundle once it is
// built.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace slipway::authoring {

class Project {
 public:
  // The folder has a model.yaml, and a CMakeLists.txt or a meson.build.
  static Result<Project> open(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }  // absolute

  // What builds the plugin, one program after the other, in its folder. `prefix`: where the SDK is installed.
  std::vector<std::vector<std::string>> build_commands(const std::filesystem::path& prefix) const;

 private:
  enum class Tool { cmake, meson };
  Project(std::filesystem::path folder, Tool tool) : folder_(std::move(folder)), tool_(tool) {}

  std::filesystem::path folder_;
  Tool tool_;
};

// Copies what belongs to a bundle (bundle_parts.hpp) from the project to `target`, whose old content goes in
// one step. Large files of data are linked, not copied. True: something differs from before.
Result<bool> stage(const Project& project, const std::filesystem::path& target);

}  // namespace slipway::authoring
