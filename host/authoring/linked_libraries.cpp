#include "authoring/linked_libraries.hpp"

#include <dlfcn.h>

#include <memory>

#include "base/file.hpp"
#include "plugin/elf_facts.hpp"
#include "plugin/stored_library.hpp"

namespace slipway::authoring {
namespace {

namespace fs = std::filesystem;

lifecycle::LinkedLibrary describe(const std::string& name, const fs::path& file) {
  lifecycle::LinkedLibrary library{name, file.filename().string(), ""};
  const Result<std::string> bytes = read_file(file, plugin::kMaxPluginBytes);
  if (!bytes) return library;
  if (const Result<plugin::ElfFacts> facts = plugin::read_elf_facts(std::as_bytes(std::span(*bytes))))
    library.build_id = facts->build_id;
  return library;
}

lifecycle::LinkedLibrary find(const std::string& name, const std::vector<fs::path>& folders) {
  if (name.find('/') != name.npos) return {name, "", ""};
  for (const fs::path& folder : folders) {
    std::error_code error;
    const fs::path file = fs::canonical(folder / name, error);
    if (!error) return describe(name, file);
  }
  return {name, "", ""};
}

}  // namespace

std::vector<fs::path> library_folders() {
  struct Close {
    void operator()(void* handle) const { ::dlclose(handle); }
  };
  const std::unique_ptr<void, Close> self(::dlopen(nullptr, RTLD_LAZY | RTLD_NOLOAD));
  Dl_serinfo size{};
  if (self == nullptr || ::dlinfo(self.get(), RTLD_DI_SERINFOSIZE, &size) != 0) return {};
  const std::unique_ptr<char[]> memory(new char[size.dls_size]());
  auto* const info = reinterpret_cast<Dl_serinfo*>(memory.get());
  *info = size;
  if (::dlinfo(self.get(), RTLD_DI_SERINFO, info) != 0) return {};
  std::vector<fs::path> folders;
  for (unsigned i = 0; i < info->dls_cnt; ++i) folders.emplace_back(info->dls_serpath[i].dls_name);
  return folders;
}

std::vector<lifecycle::LinkedLibrary> find_libraries(const std::vector<std::string>& names,
                                                     const std::vector<fs::path>& folders) {
  std::vector<lifecycle::LinkedLibrary> found;
  for (const std::string& name : names) found.push_back(find(name, folders));
  return found;
}

}  // namespace slipway::authoring
