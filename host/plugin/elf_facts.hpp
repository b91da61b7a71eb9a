// What a shared library says about how it was built.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugin/elf_file.hpp"

namespace slipway::plugin {

// Lower-case hexadecimal, of at most 64 bytes; empty: the file has no GNU build ID.
std::string build_id(const ElfFile& file);

struct ElfFacts {
  std::string build_id;
  std::vector<std::string> needed;        // DT_NEEDED, in order
  std::vector<std::string> search_paths;  // DT_RPATH and DT_RUNPATH, divided at their colons
  std::vector<std::string> compilers;     // what the section .comment has, each once
  // Of a plugin; empty: it has no table, or the table does not say.
  std::string abi;  // "0.1"
  std::string sdk;  // "0.1.0"
};

// Reads hostile bytes; runs nothing. Code::unsupported: a library for another kind of machine.  [any]
Result<ElfFacts> read_elf_facts(std::span<const std::byte> file);

}  // namespace slipway::plugin
