#include "authoring/project.hpp"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "authoring/bundle_parts.hpp"
#include "authoring/launch.hpp"
#include "base/file.hpp"
#include "lifecycle/bundle_digest.hpp"

namespace slipway::authoring {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxManifestBytes = std::size_t{1} << 20;
constexpr std::uintmax_t kLinkedFrom = 16u << 20;  // bytes

// As libraries are, which a linker replaces and does not write into; editors write into what is small.
void copy_or_link(const fs::path& from, const fs::path& to, std::error_code& failed) {
  if (fs::file_size(from, failed) >= kLinkedFrom && !failed) {
    fs::create_hard_link(from, to, failed);
    if (!failed) return;
  }
  fs::copy_file(from, to, failed);
}

void copy_tree(const fs::path& from, const fs::path& to, std::error_code& failed) {
  if (!fs::is_directory(from, failed)) return failed ? void() : copy_or_link(from, to, failed);
  fs::create_directories(to, failed);
  for (fs::directory_iterator each(from, failed); !failed && each != fs::directory_iterator();
       each.increment(failed)) {
    const std::string name = each->path().filename().string();
    if (!name.starts_with('.') && !name.ends_with('~')) copy_tree(each->path(), to / name, failed);
  }
}

// Nothing where it is wrong, which is for the host to say.
std::optional<model::Manifest> manifest_of(const fs::path& folder) {
  const fs::path file = folder / "model.yaml";
  const Result<std::string> text = read_file(file, kMaxManifestBytes);
  if (!text) return {};
  Result<model::Manifest> manifest = model::parse_manifest(*text, file.string());
  if (!manifest) return {};
  return std::move(*manifest);
}

Result<std::string> digest(const fs::path& folder) {
  Result<std::vector<lifecycle::BundleFile>> files = lifecycle::list_bundle(folder);
  if (!files) return std::move(files).error();
  return lifecycle::bundle_digest(folder, *files);
}

}  // namespace

Result<Project> Project::open(const fs::path& folder) {
  std::error_code failed;
  const fs::path absolute = fs::canonical(folder, failed);
  if (failed) return Error(Code::not_found, "cannot open " + folder.string() + ": " + failed.message());
  if (!fs::exists(absolute / "model.yaml"))
    return Error(Code::not_found, folder.string() +
                                      " has no model.yaml; run this in a model's project, or make one with "
                                      "`slipway new NAME`");
  if (fs::exists(absolute / "CMakeLists.txt")) return Project(absolute, Tool::cmake);
  if (fs::exists(absolute / "meson.build")) return Project(absolute, Tool::meson);
  return Error(Code::not_found,
               folder.string() + " has neither CMakeLists.txt nor meson.build: there is nothing to build");
}

std::vector<std::vector<std::string>> Project::build_commands(const fs::path& prefix) const {
  // What has been configured looks by itself whether it must be again.
  const fs::path build = folder_ / "build";
  std::vector<std::vector<std::string>> commands;
  if (tool_ == Tool::cmake) {
    if (!fs::exists(build / "CMakeCache.txt")) {
      commands.push_back({"cmake", "-S", ".", "-B", "build", "-DCMAKE_PREFIX_PATH=" + prefix.string()});
      if (!find_program("ninja").empty()) commands.back().insert(commands.back().end(), {"-G", "Ninja"});
    }
    commands.push_back({"cmake", "--build", "build", "--parallel", "--target", "slipway_models"});
  } else {
    if (!fs::exists(build / "build.ninja"))
      commands.push_back({"meson", "setup", "build", "--buildtype=release",
                          "--pkg-config-path=" + (prefix / "share" / "pkgconfig").string()});
    commands.push_back({"meson", "compile", "-C", "build"});
  }
  return commands;
}

Result<bool> stage(const Project& project, const fs::path& target) {
  const fs::path beside = target.string() + ".new";
  std::error_code failed;
  fs::remove_all(beside, failed);
  fs::create_directories(beside, failed);
  const std::optional<model::Manifest> manifest = manifest_of(project.folder());
  for (fs::directory_iterator each(project.folder(), failed); !failed && each != fs::directory_iterator();
       each.increment(failed)) {
    const std::string name = each->path().filename().string();
    if (is_bundle_part(name, manifest ? &*manifest : nullptr)) copy_tree(each->path(), beside / name, failed);
  }
  if (failed)
    return Error(Code::io, "cannot copy the bundle to " + beside.string() + ": " + failed.message());

  const Result<std::string> now = digest(beside);
  if (!now) return now.error();
  const Result<std::string> before = digest(target);
  const bool changed = !before || *before != *now;
  if (changed && fs::exists(target)) {
    if (::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0)
      return Error(Code::io, "cannot replace " + target.string() + ": " + system_message(errno));
  } else if (changed) {
    fs::rename(beside, target, failed);
    if (failed) return Error(Code::io, "cannot make " + target.string() + ": " + failed.message());
  }
  fs::remove_all(beside, failed);
  return changed;
}

}  // namespace slipway::authoring
