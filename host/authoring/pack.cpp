#include "authoring/pack.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "authoring/bundle_parts.hpp"
#include "authoring/leaks.hpp"
#include "authoring/make_lock.hpp"
#include "base/file_system.hpp"
#include "lifecycle/bundle_copy.hpp"
#include "lifecycle/bundle_source.hpp"
#include "model/bundle.hpp"

namespace slipway::authoring {
namespace {

namespace fs = std::filesystem;
using lifecycle::BundleSource;

constexpr std::array<std::string_view, 2> kArchitectures = {"x86_64", "aarch64"};

// Of the files below lib/.
bool is_packed(std::string_view path, const model::Manifest& manifest) {
  for (const std::string_view architecture : kArchitectures) {
    const std::string folder = "lib/" + std::string(architecture) + "/";
    if (path.starts_with(folder))
      return manifest.isolation == model::Isolation::process || path == folder + manifest.plugin + ".so";
  }
  return false;
}

Result<std::vector<std::string>> others_at_top(const fs::path& folder, const model::Manifest& manifest) {
  const Result<std::vector<FileSystem::Entry>> entries = real_file_system().list(folder);
  if (!entries) return entries.error();
  std::vector<std::string> others;
  for (const FileSystem::Entry& entry : *entries)
    if (!is_bundle_part(entry.name, &manifest))
      others.push_back(entry.name + (entry.kind == FileSystem::Kind::folder ? "/" : ""));
  return others;
}

struct Selection {
  std::vector<std::string> packed;
  std::vector<std::string> left_out;
  std::string problems;  // a line each
};

Result<Selection> select(const BundleSource& source, const fs::path& folder,
                         const model::Manifest& manifest) {
  Result<BundleSource::Listing> listing =
      source.list([&](std::string_view name) { return is_bundle_part(name, &manifest); });
  if (!listing) return std::move(listing).error();
  Result<std::vector<std::string>> others = others_at_top(folder, manifest);
  if (!others) return std::move(others).error();
  Selection selection;
  selection.left_out = std::move(*others);
  for (std::string& path : listing->files)
    (path.starts_with("lib/") && !is_packed(path, manifest) ? selection.left_out : selection.packed)
        .push_back(std::move(path));
  for (const Error& problem : listing->problems) selection.problems += problem.message + "\n";
  return selection;
}

Status check_allowed(const std::vector<std::string>& allowed, const std::vector<std::string>& files) {
  for (const std::string& path : allowed)
    if (std::find(files.begin(), files.end(), path) == files.end())
      return Error(Code::not_found,
                   "--allow " + path + ": no such file is packed; name it by its path in the bundle");
  return {};
}

std::string lines_of(const std::vector<Leak>& leaks, const fs::path& folder,
                     const std::vector<std::string>& allowed) {
  std::string lines;
  for (const Leak& leak : leaks)
    if (std::find(allowed.begin(), allowed.end(), leak.file) == allowed.end())
      lines += (folder / leak.file).string() + " " + leak.reason + "\n";
  return lines;
}

Status refuse(std::string problems, const char* advice) {
  if (problems.empty()) return {};
  problems += advice;
  return Error(Code::failed_precondition, std::move(problems));
}

// By its owner, as files are: rm asks about others.
Status make_writable(const fs::path& file) {
  std::error_code error;
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add, error);
  return error ? Status(Code::io, "cannot change " + file.string() + ": " + error.message()) : Status();
}

}  // namespace

Result<PackDraft> draft_pack(const fs::path& folder, const std::vector<std::string>& allowed,
                             std::int64_t created) {
  // Opened where the author has it, so that mistakes are named by the paths that he knows.
  const Result<model::Bundle> bundle = model::open_bundle(folder);
  if (!bundle) return bundle.error();
  const Result<BundleSource> source = BundleSource::open(folder);
  if (!source) return source.error();
  Result<Selection> selection = select(*source, folder, bundle->manifest);
  if (!selection) return std::move(selection).error();
  if (Status known = check_allowed(allowed, selection->packed); !known) return std::move(known).error();

  Result<lifecycle::TemporaryFolder> home = lifecycle::TemporaryFolder::make();
  if (!home) return std::move(home).error();
  const fs::path directory = home->path() / "bundle";
  if (Status made = real_file_system().make_folder(directory); !made) return std::move(made).error();
  lifecycle::BundleCopy copy(real_file_system(), directory, folder, lifecycle::BundleCopy::Kept::for_now);
  LeakFinder leaks(copy);
  if (Status copied = source->visit(selection->packed, leaks); !copied) return std::move(copied).error();
  if (Status sound = refuse(selection->problems + lines_of(leaks.leaks(), folder, allowed),
                            "(a false alarm about what a file is or holds: --allow FILE)");
      !sound)
    return std::move(sound).error();
  if (Status finished = copy.finish(); !finished) return std::move(finished).error();

  Result<lifecycle::PackedBundle> about = make_lock(directory, copy.manifest(), copy.copied(), created);
  if (!about) return std::move(about).error();
  return PackDraft{std::move(*home), directory, std::move(*about), std::move(selection->left_out)};
}

Result<std::uint64_t> write_pack(const PackDraft& draft, const fs::path& target) {
  FileSystem& files = real_file_system();
  std::error_code error;
  const fs::path whole = fs::absolute(target, error);
  if (error) return Error(Code::io, "cannot find " + target.string() + ": " + error.message());
  const fs::path fresh =
      whole.parent_path() / ("." + whole.filename().string() + "." + std::to_string(::getpid()));
  Result<std::unique_ptr<NewFile>> file = files.create(fresh);
  if (!file) return std::move(file).error();
  std::uint64_t size = 0;
  Status done = lifecycle::write_packed(draft.about, draft.directory, [&](std::string_view bytes) {
    size += bytes.size();
    return (*file)->write(bytes);
  });
  if (done) done = (*file)->sync();
  if (done) done = make_writable(fresh);
  if (done) done = files.rename(fresh, whole);
  if (done) done = files.sync_folder(whole.parent_path());
  if (done) return size;
  (void)files.remove(fresh);
  return std::move(done).error();
}

}  // namespace slipway::authoring
