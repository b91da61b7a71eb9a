// The dynamic symbols of a shared library, after every table the loader finds them by was checked: a lookup
// in a damaged hash table runs for ever or out of the file.
#pragma once

#include <elf.h>

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "plugin/elf_file.hpp"

namespace slipway::plugin {

// Refers to `file`, which must outlive it.  [any]
class SymbolTable {
 public:
  static Result<SymbolTable> read(const ElfFile& file);

  std::size_t size() const { return symbols_.size(); }
  Elf64_Sym operator[](std::size_t i) const { return symbols_[i]; }
  std::string_view name(const Elf64_Sym& symbol) const { return *file_->text(symbol.st_name); }

 private:
  explicit SymbolTable(const ElfFile& file) : file_(&file) {}
  const ElfFile* file_;
  Table<Elf64_Sym> symbols_;
};

// The tables that give symbols their versions. The loader aborts the process on what is checked here.
Status check_versions(const ElfFile& file, const SymbolTable& symbols);

}  // namespace slipway::plugin
