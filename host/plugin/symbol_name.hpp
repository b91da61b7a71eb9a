// What a library's own symbol table, which it may have been stripped of, calls an address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace slipway::plugin {

// The name of the variable or function of `file` (an ELF library) that lies at `address`, as C++ reads it;
// empty where there is none, or the table is not there or damaged.  [any]
std::string symbol_name(std::span<const std::byte> file, std::uint64_t address);

}  // namespace slipway::plugin
