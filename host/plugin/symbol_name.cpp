#include "plugin/symbol_name.hpp"

#include <cxxabi.h>
#include <elf.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "plugin/elf_file.hpp"

namespace slipway::plugin {
namespace {

std::optional<std::span<const std::byte>> part(std::span<const std::byte> file, std::uint64_t offset,
                                               std::uint64_t size) {
  if (offset > file.size() || size > file.size() - offset) return std::nullopt;
  return file.subspan(offset, size);
}

std::string text_at(std::span<const std::byte> strings, std::uint64_t offset) {
  if (offset >= strings.size()) return {};
  const char* const text = reinterpret_cast<const char*>(strings.data()) + offset;
  return std::string(text, ::strnlen(text, strings.size() - offset));
}

std::string readable(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return printable(status == 0 && plain != nullptr ? plain.get() : name);
}

Table<Elf64_Shdr> sections_of(std::span<const std::byte> file) {
  Elf64_Ehdr header{};
  if (file.size() < sizeof header) return {};
  std::memcpy(&header, file.data(), sizeof header);
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return {};
  const auto table = part(file, header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
  return table ? Table<Elf64_Shdr>(*table) : Table<Elf64_Shdr>();
}

}  // namespace

std::string symbol_name(std::span<const std::byte> file, std::uint64_t address) {
  const Table<Elf64_Shdr> sections = sections_of(file);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const Elf64_Shdr section = sections[i];
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size()) continue;
    const Elf64_Shdr names = sections[section.sh_link];
    const auto symbols = part(file, section.sh_offset, section.sh_size);
    const auto strings = part(file, names.sh_offset, names.sh_size);
    if (!symbols || !strings) continue;
    const Table<Elf64_Sym> table(*symbols);
    for (std::size_t at = 0; at < table.size(); ++at) {
      const Elf64_Sym symbol = table[at];
      const bool named = ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_shndx != SHN_UNDEF;
      if (named && address >= symbol.st_value && address - symbol.st_value < symbol.st_size)
        return readable(text_at(*strings, symbol.st_name));
    }
  }
  return {};
}

}  // namespace slipway::plugin
