// What the loader will write into a shared library, and what it will call in it.
#pragma once

#include "base/result.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/elf_symbols.hpp"

namespace slipway::plugin {

// Checks that each relocation writes into a writable segment and names a symbol there is, and that
// initialisers and finalisers are code of this library. `allow_static_tls`: see
// InspectionPolicy::own_process.
Status check_relocations(const ElfFile& file, const SymbolTable& symbols, bool allow_static_tls);

}  // namespace slipway::plugin
