#include "lifecycle/bundle_source.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "base/file.hpp"
#include "lifecycle/bundle_contents.hpp"
#include "lifecycle/bundle_digest.hpp"

namespace slipway::lifecycle {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool anything(std::string_view) {
  return true;
}

// Names that do not begin with a dot, sorted.
Result<std::vector<std::string>> names_in(UniqueFd folder, const std::string& name) {
  std::unique_ptr<DIR, CloseFolder> open(::fdopendir(folder.get()));
  if (open == nullptr) return Error(Code::io, "cannot list " + name + ": " + system_message(errno));
  (void)folder.release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = ::readdir(open.get())) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    if (names.size() > kMostBundleFiles)
      return Error(Code::limit_exceeded,
                   name + " has more than " + std::to_string(kMostBundleFiles) + " files");
  }
  if (errno != 0) return Error(Code::io, "cannot list " + name + ": " + system_message(errno));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<BundleSource> BundleSource::open(const std::filesystem::path& folder) {
  UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid())
    return Error(errno == ENOENT || errno == ENOTDIR ? Code::not_found : Code::io,
                 "cannot open the bundle " + folder.string() + ": " + system_message(errno));
  return BundleSource(std::move(opened), folder.string());
}

Result<UniqueFd> BundleSource::open_below(const std::string& path, int flags) const {
  // The kernel sees to it that neither ".." nor a link, exchanged at whatever moment, leads out of the
  // folder.
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_RDONLY | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  UniqueFd file(static_cast<int>(::syscall(SYS_openat2, folder_.get(), path.c_str(), &how, sizeof how)));
  if (file.valid()) return file;
  if (errno == EXDEV)
    return Error(Code::invalid_argument,
                 name_ + "/" + path + " is a link that leads out of the bundle; put the file itself there");
  if (errno == ENOENT || errno == ELOOP)
    return Error(Code::not_found, name_ + "/" + path + " is a link that leads nowhere, or is gone");
  return Error(Code::io, "cannot open " + name_ + "/" + path + ": " + system_message(errno));
}

Status BundleSource::walk(const std::string& folder, int depth,
                          const std::function<bool(std::string_view)>& wanted, Listing& listing) const {
  const std::string shown = folder.empty() ? name_ : name_ + "/" + folder;
  if (depth > kMaxBundleDepth)
    return Error(Code::limit_exceeded, shown + " is more than " + std::to_string(kMaxBundleDepth) +
                                           " folders deep; is there a link to a folder above it?");
  Result<UniqueFd> opened = open_below(folder.empty() ? "." : folder, O_DIRECTORY);
  if (!opened) return std::move(opened).error();
  const Result<std::vector<std::string>> names = names_in(std::move(*opened), shown);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (!wanted(name)) continue;
    Status added = add(folder.empty() ? name : folder + "/" + name, depth, listing);
    if (added) continue;
    if (added.error().code == Code::limit_exceeded) return added;
    listing.problems.push_back(std::move(added).error());
  }
  return {};
}

Status BundleSource::add(const std::string& path, int depth, Listing& listing) const {
  if (Status fit = check_bundle_path(path); !fit) return std::move(fit).error().within(name_);
  const Result<UniqueFd> entry = open_below(path, O_PATH);
  if (!entry) return entry.error();
  struct stat info {};
  if (::fstat(entry->get(), &info) != 0)
    return Error(Code::io, "cannot look at " + name_ + "/" + path + ": " + system_message(errno));
  if (S_ISDIR(info.st_mode)) return walk(path, depth + 1, anything, listing);
  if (!S_ISREG(info.st_mode))
    return Error(Code::invalid_argument,
                 name_ + "/" + path + " is neither a file nor a folder; a bundle holds nothing else");
  if (listing.files.size() == kMostBundleFiles)
    return Error(Code::limit_exceeded,
                 name_ + " has more than " + std::to_string(kMostBundleFiles) + " files");
  listing.files.push_back(path);
  return {};
}

Result<BundleSource::Listing> BundleSource::list(const std::function<bool(std::string_view)>& wanted) const {
  Listing listing;
  if (Status walked = walk("", 0, wanted, listing); !walked) return std::move(walked).error();
  std::sort(listing.files.begin(), listing.files.end());
  return listing;
}

Result<std::vector<std::string>> BundleSource::files() const {
  Result<Listing> listing = list(anything);
  if (!listing) return std::move(listing).error();
  if (!listing->problems.empty()) return std::move(listing->problems.front());
  return std::move(listing->files);
}

Status BundleSource::visit(const std::vector<std::string>& files, BundleVisitor& visitor) const {
  std::uint64_t budget = kMaxBundleBytes;
  for (const std::string& file : files) {
    if (Status begun = visitor.begin_file(file); !begun) return begun;
    const auto take = [&](std::string_view piece) { return visitor.bytes(piece); };
    if (Status done = read(file, budget, take); !done) return done;
    if (Status ended = visitor.end_file(); !ended) return ended;
  }
  return {};
}

Status BundleSource::read(const std::string& file, std::uint64_t& budget,
                          const std::function<Status(std::string_view)>& take) const {
  // O_NONBLOCK: the file may have been exchanged for a FIFO, which must not hang the host.
  const Result<UniqueFd> opened = open_below(file, O_NONBLOCK);
  if (!opened) return opened.error();
  struct stat info {};
  if (::fstat(opened->get(), &info) != 0 || !S_ISREG(info.st_mode))
    return Error(Code::io, name_ + "/" + file + " is not a regular file");
  const auto piece = std::make_unique<std::array<char, kPieceBytes>>();
  for (;;) {
    const ssize_t got = ::read(opened->get(), piece->data(), piece->size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(Code::io, "cannot read " + name_ + "/" + file + ": " + system_message(errno));
    if (got == 0) return {};
    const auto size = static_cast<std::size_t>(got);
    if (size > budget)
      return Error(Code::limit_exceeded, name_ + " has more than " + std::to_string(kMaxBundleBytes >> 30) +
                                             " GiB; a bundle holds no more");
    budget -= size;
    if (Status taken = take({piece->data(), size}); !taken) return taken;
  }
}

}  // namespace slipway::lifecycle
