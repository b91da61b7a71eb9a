#include "plugin/library.hpp"

#define BOOST_DLL_USE_STD_FS
#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "plugin/mappings.hpp"
#include "plugin/plugin_table.hpp"

namespace slipway::plugin {

struct Library::Loaded {
  explicit Loaded(StoredLibrary stored) : file(std::move(stored)) {}
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() { unload(); }

  Status load();
  UnloadReport unload();

  StoredLibrary file;
  boost::dll::shared_library library;
  slw_plugin table{};
};

Status Library::Loaded::load() {
  using Mode = boost::dll::load_mode::type;
  constexpr Mode kMode = Mode::rtld_now | Mode::rtld_local;
  const slw_plugin* exported = nullptr;
  try {
    // Boost's error code says nothing; the text of its exception is the loader's.
    library.load(file.path(), kMode);
    exported = &library.get<const slw_plugin>(SLW_PLUGIN_SYMBOL);
  } catch (const std::exception& failure) {
    return {Code::invalid_argument, "the plugin cannot be loaded: " + std::string(failure.what())};
  }
  Result<slw_plugin> read = read_table(exported, file.report().table_size);
  if (!read.ok()) return std::move(read).error();
  table = *read;
  return {};
}

namespace {

// Asking the loader also lets it drop a library whose last thread-local object has gone since.
bool is_loaded(const std::filesystem::path& path) {
  void* const handle = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

const char* likely_reason(const ElfReport& report) {
  return report.tls_destructors
             ? "a thread that still runs has used a thread_local object of the plugin that has a destructor: "
               "end the "
               "threads that called the model first"
             : "the plugin, or a library it loaded, keeps a handle to it or marked it as permanent";
}

}  // namespace

UnloadReport Library::Loaded::unload() {
  UnloadReport report;
  if (!library.is_loaded()) return report;
  table = {};
  library.unload();
  const bool held = is_loaded(file.path());
  const Mappings left = mappings_of(file.name());
  report.unmapped = left.count == 0 && !(held && is_loaded(file.path()));
  if (report.unmapped) return report;
  file.retire();
  report.mappings = left.count;
  report.bytes = left.bytes;
  report.likely_reason = likely_reason(file.report());
  return report;
}

Library::Library(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
Library::Library(Library&& other) noexcept = default;
Library& Library::operator=(Library&& other) noexcept = default;
Library::~Library() = default;

Result<Library> Library::load(StoredLibrary file) {
  auto loaded = std::make_unique<Loaded>(std::move(file));
  if (Status status = loaded->load(); !status.ok()) return std::move(status).error();
  return Library(std::move(loaded));
}

const slw_plugin& Library::table() const {
  return loaded_->table;
}
const std::filesystem::path& Library::path() const {
  return loaded_->file.path();
}
const Sha256& Library::digest() const {
  return loaded_->file.digest();
}
const ElfReport& Library::report() const {
  return loaded_->file.report();
}
UnloadReport Library::unload() {
  return loaded_->unload();
}

}  // namespace slipway::plugin
