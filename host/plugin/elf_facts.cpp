#include "plugin/elf_facts.hpp"

#include <elf.h>
#include <slipway/plugin.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "plugin/elf_symbols.hpp"

namespace slipway::plugin {
namespace {

constexpr std::size_t kMostCompilers = 100;
constexpr std::size_t kLongestText = 64;

#if defined(__x86_64__)
constexpr std::uint32_t kRelative = R_X86_64_RELATIVE;
#else
constexpr std::uint32_t kRelative = R_AARCH64_RELATIVE;
#endif

std::optional<std::span<const std::byte>> part(std::span<const std::byte> bytes, std::uint64_t offset,
                                               std::uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.subspan(offset, size);
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The bytes of the section called `name`; none where the section headers, which nothing else needs, do not
// lead to one.
std::string_view section(std::span<const std::byte> bytes, std::string_view name) {
  const Elf64_Ehdr header = Table<Elf64_Ehdr>(bytes)[0];
  const auto headers = part(bytes, header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
  if (!headers || header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shstrndx >= header.e_shnum) return {};
  const Table<Elf64_Shdr> sections(*headers);
  const Elf64_Shdr name_section = sections[header.e_shstrndx];
  const auto names = part(bytes, name_section.sh_offset, name_section.sh_size);
  if (!names) return {};
  const std::string wanted = std::string(name) + '\0';
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const Elf64_Shdr each = sections[i];
    if (each.sh_name >= names->size() || !text_of(*names).substr(each.sh_name).starts_with(wanted)) continue;
    const auto found = part(bytes, each.sh_offset, each.sh_size);
    return found && each.sh_type == SHT_PROGBITS ? text_of(*found) : std::string_view();
  }
  return {};
}

std::vector<std::string> divided(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(at));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    std::string shown = printable(one);
    if (!one.empty() && std::find(parts.begin(), parts.end(), shown) == parts.end())
      parts.push_back(std::move(shown));
  }
  return parts;
}

// The address that the loader will write at `place`, which the file holds as a relocation or as it stands.
std::uint64_t pointer_at(const ElfFile& file, std::uint64_t place) {
  const auto table = file.at(file.tag(DT_RELA).value_or(0), file.tag(DT_RELASZ).value_or(0));
  const Table<Elf64_Rela> relocations(table.value_or(std::span<const std::byte>()));
  for (std::size_t i = 0; i < relocations.size(); ++i)
    if (relocations[i].r_offset == place && ELF64_R_TYPE(relocations[i].r_info) == kRelative)
      return static_cast<std::uint64_t>(relocations[i].r_addend);
  const auto bytes = file.at(place, sizeof(std::uint64_t));
  return bytes ? Table<std::uint64_t>(*bytes)[0] : 0;
}

// The exported table, as it will be once the library is loaded.
void read_table(const ElfFile& file, ElfFacts& facts) {
  const Result<SymbolTable> symbols = SymbolTable::read(file);
  if (!symbols) return;
  for (std::size_t i = 0; i < symbols->size(); ++i) {
    const Elf64_Sym symbol = (*symbols)[i];
    if (symbol.st_shndx == SHN_UNDEF || symbols->name(symbol) != SLW_PLUGIN_SYMBOL) continue;
    const auto minor = file.at(symbol.st_value + offsetof(slw_plugin, abi_minor), sizeof(std::uint32_t));
    if (!minor) return;
    facts.abi = std::to_string(SLW_ABI_MAJOR) + "." + std::to_string(Table<std::uint32_t>(*minor)[0]);
    const auto text = file.from(pointer_at(file, symbol.st_value + offsetof(slw_plugin, sdk_version)));
    if (!text) return;
    const std::string_view sdk = text_of(*text).substr(0, kLongestText);
    if (const std::size_t end = sdk.find('\0'); end != sdk.npos) facts.sdk = printable(sdk.substr(0, end));
    return;
  }
}

}  // namespace

std::string build_id(const ElfFile& file) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const Elf64_Phdr& header : file.headers()) {
    if (header.p_type != PT_NOTE || header.p_filesz == 0) continue;
    std::span<const std::byte> rest = file.bytes().subspan(header.p_offset, header.p_filesz);
    while (rest.size() >= sizeof(Elf64_Nhdr)) {
      const Elf64_Nhdr note = Table<Elf64_Nhdr>(rest)[0];
      const std::uint64_t text = sizeof note + ((std::uint64_t{note.n_namesz} + 3) & ~std::uint64_t{3});
      const std::uint64_t end = text + note.n_descsz;
      if (end > rest.size()) break;
      const bool gnu = note.n_namesz == 4 && std::memcmp(rest.data() + sizeof note, "GNU", 4) == 0;
      if (gnu && note.n_type == NT_GNU_BUILD_ID && note.n_descsz <= 64) {
        std::string digits;
        for (const std::byte byte : rest.subspan(text, note.n_descsz)) {
          digits += kDigits[std::to_integer<unsigned>(byte) >> 4];
          digits += kDigits[std::to_integer<unsigned>(byte) & 15];
        }
        return digits;
      }
      rest = rest.subspan(std::min<std::uint64_t>((end + 3) & ~std::uint64_t{3}, rest.size()));
    }
  }
  return {};
}

Result<ElfFacts> read_elf_facts(std::span<const std::byte> bytes) {
  const Result<ElfFile> file = ElfFile::read(bytes);
  if (!file) return file.error();
  ElfFacts facts;
  facts.build_id = build_id(*file);
  for (const std::uint64_t offset : file->all(DT_NEEDED))
    if (const auto name = file->text(offset)) facts.needed.push_back(printable(*name));
  for (const std::int64_t tag : {std::int64_t{DT_RPATH}, std::int64_t{DT_RUNPATH}})
    if (const auto offset = file->tag(tag))
      for (std::string& path : divided(file->text(*offset).value_or(""), ':'))
        facts.search_paths.push_back(std::move(path));
  facts.compilers = divided(section(bytes, ".comment"), '\0');
  facts.compilers.resize(std::min(facts.compilers.size(), kMostCompilers));
  read_table(*file, facts);
  return facts;
}

}  // namespace slipway::plugin
