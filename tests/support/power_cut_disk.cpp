#include "power_cut_disk.hpp"

#include <algorithm>

namespace slipway::test {
namespace {

namespace fs = std::filesystem;
using Node = PowerCutDisk::Node;
using Handle = PowerCutDisk::Handle;

constexpr std::size_t kSector = 512;

Error without_power() {
  return {Code::io, "the power is off"};
}
Error not_there(const fs::path& path) {
  return {Code::not_found, path.string() + " is not there"};
}

class File : public NewFile {
 public:
  File(PowerCutDisk& disk, Handle node) : disk_(disk), node_(std::move(node)) {}
  Status write(std::string_view bytes) override {
    return disk_.write_at(*node_, node_->bytes.size(), bytes) ? Status() : without_power();
  }
  Status sync() override { return disk_.sync(*node_) ? Status() : without_power(); }

 private:
  PowerCutDisk& disk_;
  Handle node_;
};

bool kept(PowerCutDisk::Keeps keeps, std::mt19937& random) {
  if (keeps == PowerCutDisk::Keeps::some) return (random() & 1) != 0;
  return keeps == PowerCutDisk::Keeps::everything;
}

// Sectors reach the disk in any order, or not at all; so does the file's new length.
std::string surviving_bytes(const Node& file, PowerCutDisk::Keeps keeps, std::mt19937& random) {
  if (file.bytes == file.durable_bytes) return file.bytes;
  std::string bytes = file.durable_bytes;
  bytes.resize(kept(keeps, random) ? file.bytes.size() : file.durable_bytes.size());
  for (std::size_t at = 0; at < std::min(bytes.size(), file.bytes.size()); at += kSector)
    if (kept(keeps, random)) {
      const std::size_t size = std::min({kSector, bytes.size() - at, file.bytes.size() - at});
      bytes.replace(at, size, file.bytes, at, size);
    }
  return bytes;
}

}  // namespace

bool PowerCutDisk::spend() {
  if (left_ == 0) return false;
  --left_;
  if (left_ == 0) return false;
  ++changes_;
  return true;
}

Handle PowerCutDisk::find(const fs::path& path) const {
  Handle at = root_;
  for (const fs::path& part : path.relative_path()) {
    const auto found = at->names.find(part.string());
    if (found == at->names.end()) return nullptr;
    at = found->second;
  }
  return at;
}

Handle PowerCutDisk::open_or_create(const fs::path& path) {
  if (Handle present = find(path)) return present;
  const Handle folder = find(path.parent_path());
  if (folder == nullptr || !spend()) return nullptr;
  return folder->names[path.filename().string()] = std::make_shared<Node>();
}

bool PowerCutDisk::write_at(Node& file, std::size_t offset, std::string_view bytes) {
  if (!spend()) return false;
  file.bytes.resize(std::max(file.bytes.size(), offset + bytes.size()));
  file.bytes.replace(offset, bytes.size(), bytes);
  return true;
}

bool PowerCutDisk::resize(Node& file, std::size_t size) {
  if (!spend()) return false;
  file.bytes.resize(size);
  return true;
}

bool PowerCutDisk::sync(Node& file) {
  if (!spend()) return false;
  if (file_syncs_) file.durable_bytes = file.bytes;
  return true;
}

bool PowerCutDisk::forget(const fs::path& path) {
  const Handle folder = find(path.parent_path());
  return folder != nullptr && spend() && folder->names.erase(path.filename().string()) == 1;
}

Result<std::unique_ptr<FolderLock>> PowerCutDisk::claim(const fs::path& path) {
  Handle at = root_;
  for (const fs::path& part : path.relative_path()) {
    Handle& below = at->names[part.string()];
    if (below == nullptr) {
      below = std::make_shared<Node>(Node{true, {}, {}, {}, {}});
      at->durable_names = at->names;
    }
    at = below;
  }
  return std::make_unique<FolderLock>();
}

Status PowerCutDisk::make_folder(const fs::path& path) {
  const Handle folder = find(path.parent_path());
  if (folder == nullptr) return not_there(path.parent_path());
  if (find(path) != nullptr) return {};
  if (!spend()) return without_power();
  folder->names[path.filename().string()] = std::make_shared<Node>(Node{true, {}, {}, {}, {}});
  return {};
}

Result<std::unique_ptr<NewFile>> PowerCutDisk::create(const fs::path& path) {
  if (find(path) != nullptr) return Error(Code::already_exists, path.string() + " is there already");
  Handle node = open_or_create(path);
  if (node == nullptr) return has_power() ? not_there(path) : without_power();
  return std::unique_ptr<NewFile>(std::make_unique<File>(*this, std::move(node)));
}

Status PowerCutDisk::read(const fs::path& path, const std::function<void(std::string_view)>& take) {
  const Handle node = find(path);
  if (!has_power()) return without_power();
  if (node == nullptr || node->is_folder) return not_there(path);
  take(node->bytes);
  return {};
}

Result<std::vector<FileSystem::Entry>> PowerCutDisk::list(const fs::path& path) {
  const Handle node = find(path);
  if (!has_power()) return without_power();
  if (node == nullptr) return not_there(path);
  std::vector<Entry> entries;
  for (const auto& [name, below] : node->names)
    entries.push_back({name, below->is_folder ? Kind::folder : Kind::file});
  return entries;
}

Status PowerCutDisk::rename(const fs::path& from, const fs::path& to) {
  const Handle node = find(from);
  const Handle target = find(to.parent_path());
  if (node == nullptr || target == nullptr) return not_there(node == nullptr ? from : to.parent_path());
  if (find(to) != nullptr) return Error(Code::already_exists, to.string() + " is there already");
  if (!spend()) return without_power();
  find(from.parent_path())->names.erase(from.filename().string());
  target->names[to.filename().string()] = node;
  return {};
}

Status PowerCutDisk::remove(const fs::path& path) {
  const Handle node = find(path);
  if (node == nullptr) return not_there(path);
  if (!node->names.empty()) return Error(Code::io, path.string() + " is not empty");
  return forget(path) ? Status() : without_power();
}

Status PowerCutDisk::sync_folder(const fs::path& path) {
  const Handle node = find(path);
  if (node == nullptr) return not_there(path);
  if (!spend()) return without_power();
  if (folder_syncs_) node->durable_names = node->names;
  return {};
}

Handle PowerCutDisk::survivor(const Node& node, Keeps keeps, std::mt19937& random) {
  auto left = std::make_shared<Node>();
  left->is_folder = node.is_folder;
  left->bytes = left->durable_bytes = surviving_bytes(node, keeps, random);
  std::map<std::string, Handle> names = node.durable_names;
  for (const auto& [name, below] : node.names)
    if (const auto durable = node.durable_names.find(name);
        (durable == node.durable_names.end() || durable->second != below) && kept(keeps, random))
      names[name] = below;
  for (const auto& [name, below] : node.durable_names)
    if (!node.names.contains(name) && kept(keeps, random)) names.erase(name);
  for (const auto& [name, below] : names) left->names[name] = survivor(*below, keeps, random);
  left->durable_names = left->names;
  return left;
}

std::unique_ptr<PowerCutDisk> PowerCutDisk::after_power_cut(Keeps keeps, unsigned seed) const {
  auto disk = std::make_unique<PowerCutDisk>();
  std::mt19937 random(seed);
  disk->root_ = survivor(*root_, keeps, random);
  return disk;
}

}  // namespace slipway::test
