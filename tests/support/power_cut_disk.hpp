// A disk in memory that forgets, when its power is cut, what was not made durable: bytes that no sync of
// their file followed, and names that no sync of their folder followed. As real disks do, it may keep any
// part of them.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "base/file_system.hpp"

namespace slipway::test {

class PowerCutDisk : public FileSystem {
 public:
  struct Node {
    bool is_folder = false;
    std::string bytes, durable_bytes;                                   // of a file
    std::map<std::string, std::shared_ptr<Node>> names, durable_names;  // of a folder
  };
  using Handle = std::shared_ptr<Node>;

  enum class Keeps { nothing, everything, some };  // of what was not made durable

  // After so many more changes, syncs among them, nothing is done and everything fails.
  void cut_power_after(std::size_t changes) { left_ = changes + 1; }
  bool has_power() const { return left_ != 0; }
  std::size_t changes() const { return changes_; }
  // A disk that lies: it says that the bytes, or the names, are durable.
  void ignore_file_syncs() { file_syncs_ = false; }
  void ignore_folder_syncs() { folder_syncs_ = false; }

  // What is on the disk when the power is back.
  std::unique_ptr<PowerCutDisk> after_power_cut(Keeps keeps, unsigned seed) const;

  // For SQLite's part (power_cut_vfs.hpp). Each change fails, by returning false, without power.
  Handle find(const std::filesystem::path& path) const;      // null: there is none
  Handle open_or_create(const std::filesystem::path& file);  // null: the folder is not there, or no power
  bool write_at(Node& file, std::size_t offset, std::string_view bytes);
  bool resize(Node& file, std::size_t size);
  bool sync(Node& file);
  bool forget(const std::filesystem::path& path);

  // FileSystem
  Result<std::unique_ptr<FolderLock>> claim(const std::filesystem::path& folder) override;
  Status make_folder(const std::filesystem::path& folder) override;
  Result<std::unique_ptr<NewFile>> create(const std::filesystem::path& file) override;
  Status read(const std::filesystem::path& file, const std::function<void(std::string_view)>& take) override;
  Result<std::vector<Entry>> list(const std::filesystem::path& folder) override;
  Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Status remove(const std::filesystem::path& path) override;
  Status sync_folder(const std::filesystem::path& folder) override;

 private:
  bool spend();
  static Handle survivor(const Node& node, Keeps keeps, std::mt19937& random);

  Handle root_ = std::make_shared<Node>(Node{true, {}, {}, {}, {}});
  std::size_t left_ = static_cast<std::size_t>(-1);
  std::size_t changes_ = 0;
  bool file_syncs_ = true;
  bool folder_syncs_ = true;
};

}  // namespace slipway::test
