// What a plugin may export, define and import.
#pragma once

#include "base/result.hpp"
#include "plugin/elf_inspection.hpp"
#include "plugin/elf_symbols.hpp"

namespace slipway::plugin {

// Looks for the plugin's table and for symbols that would outlive or upset a shared process. Fills in
// ElfReport::table_size and tls_destructors.
Status check_symbols(const ElfFile& file, const SymbolTable& symbols, const InspectionPolicy& policy,
                     ElfReport& report);

}  // namespace slipway::plugin
