// What a store asks of a file system, as an interface: so that a test can run one over a disk that forgets,
// at a power cut, everything that was not made durable.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace slipway {

// A file that is being written; closed with the object. What was written is durable after sync(), and can be
// found again once the folder it is in was synced too.
class NewFile {
 public:
  virtual ~NewFile() = default;
  virtual Status write(std::string_view bytes) = 0;
  virtual Status sync() = 0;
};

// A folder held for one process; given back with the object, or when the process dies.
class FolderLock {
 public:
  virtual ~FolderLock() = default;
};

// Paths are as the caller gives them. Every error names the path and carries the operating system's words;
// what does not exist is Code::not_found.
class FileSystem {
 public:
  enum class Kind { file, folder, other };
  struct Entry {
    std::string name;
    Kind kind = Kind::other;
  };

  virtual ~FileSystem() = default;

  // Makes the folder (durably, 0700, with its parents) if it is not there, refuses one that others can write
  // to, and holds it: a second process is refused, and told which one has it.
  virtual Result<std::unique_ptr<FolderLock>> claim(const std::filesystem::path& folder) = 0;
  virtual Status make_folder(const std::filesystem::path& folder) = 0;  // 0700; one that is there is success
  // A new file, 0444; one that is there already is an error.
  virtual Result<std::unique_ptr<NewFile>> create(const std::filesystem::path& file) = 0;
  // Hands the bytes of a regular file to `take`, piece by piece.
  virtual Status read(const std::filesystem::path& file,
                      const std::function<void(std::string_view)>& take) = 0;
  virtual Result<std::vector<Entry>> list(const std::filesystem::path& folder) = 0;  // sorted by name
  // A folder that is moved to another one takes everything in it along, at once.
  virtual Status rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual Status remove(const std::filesystem::path& path) = 0;  // a file, or an empty folder
  // Makes what was created, renamed and removed in the folder durable; not what is below.
  virtual Status sync_folder(const std::filesystem::path& folder) = 0;
};

// The operating system's.
FileSystem& real_file_system();

// A folder with everything in it; success if it is not there.
Status remove_tree(FileSystem& files, const std::filesystem::path& path);

}  // namespace slipway
