// A private copy of a plugin, named by the SHA-256 of its bytes. The bytes that were hashed and inspected are
// the bytes that are loaded: an author's file can be overwritten or renamed while it is read, this copy
// cannot.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "plugin/elf_inspection.hpp"

namespace slipway::plugin {

constexpr std::size_t kMaxPluginBytes = std::size_t{512} << 20;

// One copy, for one Library. The loader hands out the same library, statics and all, for the same file; so
// while a copy is held, storing the same bytes again yields another file (`<sha256>-2.so`): two versions that
// differ in their data alone share no state. Movable, not copyable; must outlive the library that was loaded
// from it.
class StoredLibrary {
 public:
  // Reads `file` once, inspects these bytes and stores them in `cache`, which is made (0700) if it does not
  // exist. A file already there is used again only if its content is what its name says. Where the cache is
  // of no use (others may write to it, it is full, read-only or mounted noexec, or `cache` is empty) the copy
  // lives in sealed memory, which debuggers and profilers find harder to name. Runs no code of the plugin:
  // compare digest() with what was published before loading.  [any]
  static Result<StoredLibrary> store(const std::filesystem::path& file, const std::filesystem::path& cache,
                                     const InspectionPolicy& policy);

  // The same for bytes that are in memory already.  [any]
  static Result<StoredLibrary> store_bytes(std::string_view bytes, const std::filesystem::path& cache,
                                           const InspectionPolicy& policy);

  // No copy: the file is loaded from where it is, so that `$ORIGIN` in it leads to the libraries that lie
  // beside it. Only for a process of the plugin's own (`policy.own_process`), and for a folder that nobody
  // writes to.  [any]
  static Result<StoredLibrary> in_place(const std::filesystem::path& file, const InspectionPolicy& policy);

  // The copy of another process of this program, open as `file`, called `name` by its memory map: this
  // process loads the very bytes that the other one will.  [any]
  static Result<StoredLibrary> received(UniqueFd file, std::string name, const InspectionPolicy& policy);
  // This copy, for such a process; for reading only.  [any]
  Result<UniqueFd> open() const;

  StoredLibrary(StoredLibrary&& other) noexcept;
  StoredLibrary& operator=(StoredLibrary&& other) noexcept;
  ~StoredLibrary();

  const std::filesystem::path& path() const { return path_; }  // what to load
  bool is_in_place() const { return claim_ == nullptr; }
  // What another process needs to know besides the descriptor: see received(), or in_place().
  const std::string& name_elsewhere() const { return is_in_place() ? path_.native() : name_; }
  const std::string& name() const { return name_; }  // how the process's memory map calls it
  const Sha256& digest() const { return digest_; }
  const ElfReport& report() const { return report_; }
  // Why the copy is in memory and not in the cache, for the host's log; empty: it is in the cache.
  const std::string& why_in_memory() const { return why_in_memory_; }

  // Whether this process holds the copy of that name.  [any]
  static bool is_held(const std::string& name);

  // The library could not be unloaded: nobody is given this file again while the process lives.  [any]
  void retire();

 private:
  struct Claim;  // on the name of a copy
  StoredLibrary();
  static Result<StoredLibrary> inspect(std::string_view bytes, const InspectionPolicy& policy);

  std::unique_ptr<Claim> claim_;
  std::string name_;
  std::filesystem::path path_;
  Sha256 digest_{};
  ElfReport report_;
  std::string why_in_memory_;
};

}  // namespace slipway::plugin
