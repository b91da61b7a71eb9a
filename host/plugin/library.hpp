// One loaded plugin: the checked table it exports, and an unloading that is proven.
#pragma once

#include <slipway/plugin.h>

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "plugin/stored_library.hpp"

namespace slipway::plugin {

// What unloading came to. A library that stays mapped does no harm but for its memory; it must be reported.
struct UnloadReport {
  bool unmapped = true;
  std::size_t mappings = 0;   // of the library that stayed
  std::size_t bytes = 0;      // of address space in those
  std::string likely_reason;  // for a person; empty when nothing stayed
};

// Movable, not copyable. Loading runs the plugin's constructors and unloading its destructors, in the thread
// that asks.  [control]
class Library {
 public:
  // Loads the copy and checks its table: its size and ABI version, that each function is code of this library
  // and each string text in it. The error of a table that is no good names the field.
  static Result<Library> load(StoredLibrary file);

  Library(Library&& other) noexcept;
  Library& operator=(Library&& other) noexcept;
  ~Library();  // unloads, without a report

  // The host's copy of the plugin's table. Fields the plugin is too old to have are null. `create`,
  // `destroy`, `predict` and the strings never are. Valid until unload().
  const slw_plugin& table() const;

  const std::filesystem::path& path() const;
  const Sha256& digest() const;
  const ElfReport& report() const;

  // Gives the library back and looks whether it left the address space. No function of the table may be
  // running or be called again, and no exception object or pointer of the plugin may be held. Once only.
  UnloadReport unload();

 private:
  struct Loaded;
  explicit Library(std::unique_ptr<Loaded> loaded);
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace slipway::plugin
