#include "power_cut_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace slipway::test {
namespace {

// What SQLite sees, and what it keeps for us in the memory it hands to xOpen.
struct OpenFile {
  sqlite3_file base{};
  PowerCutVfs* vfs = nullptr;
  PowerCutDisk::Handle node;
  std::filesystem::path folder_to_sync;  // with the first sync of the file; empty: none
};

OpenFile& of(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}
PowerCutVfs& of(sqlite3_vfs* vfs) {
  return *static_cast<PowerCutVfs*>(vfs->pAppData);
}

int close_file(sqlite3_file* file) {
  of(file).~OpenFile();
  return SQLITE_OK;
}

int read_file_at(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
  if (!of(file).vfs->disk().has_power()) return SQLITE_IOERR_READ;
  const std::string& bytes = of(file).node->bytes;
  const auto wanted = static_cast<std::size_t>(amount);
  const std::size_t begin = std::min(bytes.size(), static_cast<std::size_t>(offset));
  const std::size_t got = std::min(wanted, bytes.size() - begin);
  std::memcpy(out, bytes.data() + begin, got);
  std::memset(static_cast<char*>(out) + got, 0, wanted - got);
  return got == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file_at(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset) {
  if (const int failure = of(file).vfs->write_failure(); failure != SQLITE_OK) return failure;
  const std::string_view text(static_cast<const char*>(bytes), static_cast<std::size_t>(amount));
  return of(file).vfs->disk().write_at(*of(file).node, static_cast<std::size_t>(offset), text)
             ? SQLITE_OK
             : SQLITE_IOERR_WRITE;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return of(file).vfs->disk().resize(*of(file).node, static_cast<std::size_t>(size)) ? SQLITE_OK
                                                                                     : SQLITE_IOERR_TRUNCATE;
}

int sync_file(sqlite3_file* file, int) {
  OpenFile& open = of(file);
  if (!open.vfs->disk().sync(*open.node)) return SQLITE_IOERR_FSYNC;
  if (open.folder_to_sync.empty()) return SQLITE_OK;
  const bool synced = open.vfs->disk().sync_folder(open.folder_to_sync).ok();
  open.folder_to_sync.clear();
  return synced ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(of(file).node->bytes.size());
  return SQLITE_OK;
}

// One connection at a time: locks are of no interest.
int change_lock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int check_lock(sqlite3_file*, int* held) {
  *held = 0;
  return SQLITE_OK;
}
int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return 4096;
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;  // as SQLite says of Unix
}

constexpr sqlite3_io_methods kMethods = {
    1,           close_file,  read_file_at, write_file_at, truncate_file, sync_file,       file_size,
    change_lock, change_lock, check_lock,   control_file,  sector_size,   characteristics, nullptr,
    nullptr,     nullptr,     nullptr,      nullptr,       nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;
  PowerCutDisk& disk = of(vfs).disk();
  const bool is_new = disk.find(name) == nullptr;
  if (!disk.has_power() || (is_new && (flags & SQLITE_OPEN_CREATE) == 0)) return SQLITE_CANTOPEN;
  PowerCutDisk::Handle node = disk.open_or_create(name);
  if (node == nullptr) return SQLITE_CANTOPEN;
  OpenFile& open = *new (file) OpenFile;
  open.base.pMethods = &kMethods;
  open.vfs = &of(vfs);
  open.node = std::move(node);
  // As SQLite does on Unix: logs have their folder synced, databases do not.
  constexpr int kLogs = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  if (is_new && (flags & kLogs) != 0) open.folder_to_sync = std::filesystem::path(name).parent_path();
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  PowerCutDisk& disk = of(vfs).disk();
  if (disk.find(name) == nullptr) return SQLITE_IOERR_DELETE_NOENT;
  if (!disk.forget(name)) return SQLITE_IOERR_DELETE;
  if (sync_folder == 0) return SQLITE_OK;
  return disk.sync_folder(std::filesystem::path(name).parent_path()) ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* found) {
  const PowerCutDisk::Handle node = of(vfs).disk().find(name);
  *found = node != nullptr && !node->bytes.empty();
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

}  // namespace

PowerCutVfs::PowerCutVfs(PowerCutDisk& disk) : disk_(disk) {
  sqlite3_initialize();
  const sqlite3_vfs& real = *sqlite3_vfs_find("unix");
  vfs_ = real;  // what is not about files: time, randomness
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(OpenFile);
  vfs_.zName = "power-cut";
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  vfs_.xAccess = access_file;
  vfs_.xFullPathname = full_path;
  sqlite3_vfs_register(&vfs_, 1);
}

PowerCutVfs::~PowerCutVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1);
}

}  // namespace slipway::test
