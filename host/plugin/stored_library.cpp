#include "plugin/stored_library.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "plugin/private_folder.hpp"

namespace slipway::plugin {
namespace {

// The names that live copies go by. Never destroyed: a copy may be given back while the process ends.
struct Names {
  std::mutex mutex;
  std::set<std::string> taken;
  std::vector<UniqueFd>
      retired;  // kept open: the loader would mistake another file of the same number for the old one

  static Names& instance() {
    static Names& names = *new Names;
    return names;
  }
};

std::string take_name(const std::string& digest) {
  Names& names = Names::instance();
  const std::lock_guard lock(names.mutex);
  std::string name = digest + ".so";
  for (int copy = 2; !names.taken.insert(name).second; ++copy)
    name = digest + "-" + std::to_string(copy) + ".so";
  return name;
}

Error cannot(const std::string& what, const std::filesystem::path& path) {
  return {Code::io, "cannot " + what + " " + path.string() + ": " + system_message(errno)};
}

// Readers see the whole file or none, also after a power cut.
Status write_new(int directory, const std::string& name, std::string_view bytes) {
  static std::atomic<unsigned> counter = 0;
  const std::string draft =
      "." + name + "." + std::to_string(::getpid()) + "." + std::to_string(counter.fetch_add(1)) + ".tmp";
  ::unlinkat(directory, draft.c_str(), 0);  // of a process that died and had this one's ID
  const UniqueFd file(
      ::openat(directory, draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444));
  if (!file.valid()) return cannot("create", draft);
  Status status = write_all(file.get(), bytes);
  if (status.ok() &&
      (::fchmod(file.get(), 0444) != 0 || ::fsync(file.get()) != 0 ||
       ::renameat(directory, draft.c_str(), directory, name.c_str()) != 0 || ::fsync(directory) != 0))
    status = cannot("write", name);
  if (!status.ok()) ::unlinkat(directory, draft.c_str(), 0);
  return status;
}

Result<std::filesystem::path> put_in_cache(const std::filesystem::path& cache, const std::string& name,
                                           std::string_view bytes) {
  const Result<UniqueFd> directory = open_private_folder(cache);
  if (!directory.ok()) return directory.error();
  std::error_code failed;
  const std::filesystem::path path = std::filesystem::canonical(cache, failed) / name;
  if (failed) return Error(Code::io, "cannot find " + cache.string() + ": " + failed.message());
  const Result<std::string> present = read_file(path, bytes.size());
  if (present.ok() && *present == bytes) {
    // Used again: the copies that have not been for the longest go first (plugin/cache_upkeep.hpp).
    ::utimensat(directory->get(), name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
    return path;
  }
  if (Status status = write_new(directory->get(), name, bytes); !status.ok())
    return std::move(status).error().within(cache.string());
  return path;
}

Result<UniqueFd> put_in_memory(const std::string& name, std::string_view bytes) {
  UniqueFd file(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid()) return cannot("allocate memory for", name);
  if (Status status = write_all(file.get(), bytes); !status.ok())
    return std::move(status).error().within(name);
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    return cannot("seal", name);
  return file;
}

// Of a file that need not have a name of its own.
std::filesystem::path path_of(const UniqueFd& file) {
  return "/proc/self/fd/" + std::to_string(file.get());
}

}  // namespace

struct StoredLibrary::Claim {
  explicit Claim(const std::string& digest) : name(take_name(digest)) {}
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim() {
    Names& names = Names::instance();
    const std::lock_guard lock(names.mutex);
    if (!retired)
      names.taken.erase(name);
    else if (memory.valid())
      names.retired.push_back(std::move(memory));
  }

  const std::string name;
  UniqueFd memory;  // of a copy that is not in the cache, or that came from another process
  bool retired = false;
};

StoredLibrary::StoredLibrary() = default;
StoredLibrary::StoredLibrary(StoredLibrary&& other) noexcept = default;
StoredLibrary& StoredLibrary::operator=(StoredLibrary&& other) noexcept = default;
StoredLibrary::~StoredLibrary() = default;

bool StoredLibrary::is_held(const std::string& name) {
  Names& names = Names::instance();
  const std::lock_guard lock(names.mutex);
  return names.taken.contains(name);
}

void StoredLibrary::retire() {
  if (claim_ != nullptr) claim_->retired = true;
}

Result<StoredLibrary> StoredLibrary::inspect(std::string_view bytes, const InspectionPolicy& policy) {
  Result<ElfReport> report = inspect_plugin(std::as_bytes(std::span(bytes)), policy);
  if (!report.ok()) return std::move(report).error();
  StoredLibrary stored;
  stored.report_ = std::move(*report);
  stored.digest_ = sha256(bytes);
  return stored;
}

Result<StoredLibrary> StoredLibrary::in_place(const std::filesystem::path& file,
                                              const InspectionPolicy& policy) {
  if (!policy.own_process)
    return Error(Code::failed_precondition,
                 file.string() + ": a plugin in the host's process is loaded from a copy");
  const Result<std::string> bytes = read_file(file, kMaxPluginBytes);
  if (!bytes.ok()) return bytes.error();
  Result<StoredLibrary> found = inspect(*bytes, policy);
  if (!found.ok()) return std::move(found).error().within(file.string());
  std::error_code failed;
  found->path_ = std::filesystem::canonical(file, failed);
  if (failed) return Error(Code::io, "cannot find " + file.string() + ": " + failed.message());
  found->name_ = found->path_.filename().string();
  return found;
}

Result<StoredLibrary> StoredLibrary::store(const std::filesystem::path& file,
                                           const std::filesystem::path& cache,
                                           const InspectionPolicy& policy) {
  Result<std::string> bytes = read_file(file, kMaxPluginBytes);
  if (!bytes.ok()) return std::move(bytes).error();
  Result<StoredLibrary> stored = store_bytes(*bytes, cache, policy);
  if (!stored.ok()) return std::move(stored).error().within(file.string());
  return stored;
}

Result<StoredLibrary> StoredLibrary::store_bytes(std::string_view bytes, const std::filesystem::path& cache,
                                                 const InspectionPolicy& policy) {
  Result<StoredLibrary> stored = inspect(bytes, policy);
  if (!stored.ok()) return stored;
  stored->claim_ = std::make_unique<Claim>(to_hex(stored->digest_));
  stored->name_ = stored->claim_->name;

  Result<std::filesystem::path> path = put_in_cache(cache, stored->name_, bytes);
  if (path.ok()) {
    stored->path_ = std::move(*path);
    return stored;
  }
  stored->why_in_memory_ = path.error().message;
  Result<UniqueFd> memory = put_in_memory(stored->name_, bytes);
  if (!memory.ok())
    return Error(Code::io, "cannot keep a copy of the plugin: " + stored->why_in_memory_ + "; " +
                               memory.error().message);
  stored->claim_->memory = std::move(*memory);
  stored->path_ = path_of(stored->claim_->memory);
  return stored;
}

Result<StoredLibrary> StoredLibrary::received(UniqueFd file, std::string name,
                                              const InspectionPolicy& policy) {
  const std::filesystem::path path = path_of(file);
  const Result<std::string> bytes = read_file(path, kMaxPluginBytes);
  if (!bytes.ok()) return bytes.error();
  Result<StoredLibrary> found = inspect(*bytes, policy);
  if (!found.ok()) return std::move(found).error().within(name);
  found->claim_ = std::make_unique<Claim>(to_hex(found->digest_));
  found->claim_->memory = std::move(file);
  found->name_ = std::move(name);
  found->path_ = path;
  return found;
}

Result<UniqueFd> StoredLibrary::open() const {
  UniqueFd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return cannot("open", path_);
  return file;
}

}  // namespace slipway::plugin
