#include "plugin/elf_symbols.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace slipway::plugin {
namespace {

using Words = Table<std::uint32_t>;

// The number of symbols that DT_GNU_HASH speaks of.
Result<std::size_t> check_gnu_hash(const ElfFile& file, std::uint64_t address) {
  const auto bytes = file.from(address);
  constexpr std::size_t kHeader = 4;
  const Words words(bytes.value_or(std::span<const std::byte>{}));
  if (words.size() < kHeader) return damaged("its symbol hash table lies outside of the file");
  const std::uint64_t buckets = words[0], first_symbol = words[1], bloom = words[2], shift = words[3];
  if (buckets == 0 || bloom == 0 || (bloom & (bloom - 1)) != 0 || shift >= 32)
    return damaged("its symbol hash table makes no sense");
  const std::uint64_t first_bucket = kHeader + 2 * bloom;
  const std::uint64_t first_link = first_bucket + buckets;
  if (first_link > words.size()) return damaged("its symbol hash table lies outside of the file");

  std::uint64_t last = 0;
  for (std::uint64_t i = first_bucket; i < first_link; ++i) {
    const std::uint64_t symbol = words[i];
    if (symbol != 0 && symbol < first_symbol) return damaged("its symbol hash table makes no sense");
    last = std::max(last, symbol);
  }
  if (last == 0) return static_cast<std::size_t>(first_symbol);
  // Chains lie one behind the other, each ended by an odd hash: if the last one ends, all do.
  for (std::uint64_t link = first_link + last - first_symbol; link < words.size(); ++link, ++last)
    if ((words[link] & 1) != 0) return static_cast<std::size_t>(last + 1);
  return damaged("its symbol hash table does not end");
}

// The same for DT_HASH. Chains are linked lists here, and could run in a circle.
Result<std::size_t> check_sysv_hash(const ElfFile& file, std::uint64_t address) {
  const auto bytes = file.from(address);
  const Words words(bytes.value_or(std::span<const std::byte>{}));
  if (words.size() < 2) return damaged("its symbol hash table lies outside of the file");
  const std::uint64_t buckets = words[0], symbols = words[1];
  if (buckets == 0) return damaged("its symbol hash table makes no sense");
  if (2 + buckets + symbols > words.size()) return damaged("its symbol hash table lies outside of the file");
  std::uint64_t seen = 0;
  for (std::uint64_t bucket = 0; bucket < buckets; ++bucket) {
    for (std::uint64_t symbol = words[2 + bucket]; symbol != 0; symbol = words[2 + buckets + symbol])
      if (symbol >= symbols || ++seen > symbols) return damaged("its symbol hash table makes no sense");
  }
  return static_cast<std::size_t>(symbols);
}

// The loader binds imports to whatever address a symbol states.
bool is_placed_soundly(const ElfFile& file, const Elf64_Sym& symbol) {
  if (symbol.st_shndx == SHN_UNDEF)
    return symbol.st_value == 0 && ELF64_ST_BIND(symbol.st_info) != STB_LOCAL &&
           ELF64_ST_VISIBILITY(symbol.st_other) == STV_DEFAULT;
  const unsigned type = ELF64_ST_TYPE(symbol.st_info);
  if (symbol.st_shndx == SHN_ABS || type == STT_TLS) return true;
  return type == STT_FUNC ? file.executable(symbol.st_value) : symbol.st_value != 0;
}

}  // namespace

Result<SymbolTable> SymbolTable::read(const ElfFile& file) {
  const auto table = file.tag(DT_SYMTAB);
  const auto gnu_hash = file.tag(DT_GNU_HASH);
  const auto sysv_hash = file.tag(DT_HASH);
  if (!table || file.tag(DT_SYMENT) != sizeof(Elf64_Sym))
    return damaged("it has no table of dynamic symbols");
  if (!gnu_hash && !sysv_hash)
    return damaged("it has no symbol hash table (link with -Wl,--hash-style=gnu or both)");

  std::size_t count = 0;
  if (gnu_hash) {
    const Result<std::size_t> hashed = check_gnu_hash(file, *gnu_hash);
    if (!hashed.ok()) return hashed.error();
    count = *hashed;
  }
  if (sysv_hash) {
    const Result<std::size_t> hashed = check_sysv_hash(file, *sysv_hash);
    if (!hashed.ok()) return hashed.error();
    count = std::max(count, *hashed);
  }
  const auto bytes = file.at(*table, count * sizeof(Elf64_Sym));
  if (!bytes) return damaged("its symbol table lies outside of the file");

  SymbolTable symbols(file);
  symbols.symbols_ = Table<Elf64_Sym>(*bytes);
  for (std::size_t i = 1; i < count; ++i) {
    if (!file.text(symbols[i].st_name))
      return damaged("the name of a symbol lies outside of its string table");
    if (!is_placed_soundly(file, symbols[i])) return damaged("a symbol is not where one of its kind can be");
  }
  return symbols;
}

namespace {

// Records that are chained by forward distances in bytes; 0 ends the chain.
template <class Record>
std::optional<Record> record_at(const ElfFile& file, std::uint64_t address) {
  const auto bytes = file.at(address, sizeof(Record));
  if (!bytes) return std::nullopt;
  return Table<Record>(*bytes)[0];
}

const char* const kBadVersions = "its symbol version tables make no sense";

bool is_needed(const ElfFile& file, std::string_view library) {
  const std::vector<std::uint64_t> needed = file.all(DT_NEEDED);
  return std::any_of(needed.begin(), needed.end(),
                     [&](std::uint64_t name) { return file.text(name) == library; });
}

// Each adds the highest version number it saw to `highest`.
bool check_needed_versions(const ElfFile& file, std::uint64_t address, unsigned& highest) {
  while (true) {
    const auto need = record_at<Elf64_Verneed>(file, address);
    if (!need || need->vn_version != VER_NEED_CURRENT) return false;
    const auto library = file.text(need->vn_file);
    if (!library || !is_needed(file, *library)) return false;
    for (std::uint64_t at = address + need->vn_aux;;) {
      const auto version = record_at<Elf64_Vernaux>(file, at);
      if (!version || !file.text(version->vna_name)) return false;
      highest = std::max(highest, version->vna_other & 0x7fffu);
      if (version->vna_next == 0) break;
      at += version->vna_next;
    }
    if (need->vn_next == 0) return true;
    address += need->vn_next;
  }
}

bool check_defined_versions(const ElfFile& file, std::uint64_t address, unsigned& highest) {
  while (true) {
    const auto version = record_at<Elf64_Verdef>(file, address);
    if (!version || version->vd_version != VER_DEF_CURRENT) return false;
    const auto name = record_at<Elf64_Verdaux>(file, address + version->vd_aux);
    if (!name || !file.text(name->vda_name)) return false;
    highest = std::max(highest, version->vd_ndx & 0x7fffu);
    if (version->vd_next == 0) return true;
    address += version->vd_next;
  }
}

}  // namespace

Status check_versions(const ElfFile& file, const SymbolTable& symbols) {
  unsigned highest = 0;
  const auto needed = file.tag(DT_VERNEED);
  const auto defined = file.tag(DT_VERDEF);
  if (needed && !check_needed_versions(file, *needed, highest)) return damaged(kBadVersions);
  if (defined && !check_defined_versions(file, *defined, highest)) return damaged(kBadVersions);
  const auto of_symbols = file.tag(DT_VERSYM);
  if (!of_symbols) return needed || defined ? damaged(kBadVersions) : Status{};
  const auto bytes = file.at(*of_symbols, symbols.size() * sizeof(Elf64_Half));
  if (!bytes || highest == 0) return damaged(kBadVersions);
  const Table<Elf64_Half> versions(*bytes);
  for (std::size_t i = 0; i < versions.size(); ++i)
    if ((versions[i] & 0x7fffu) > highest) return damaged(kBadVersions);
  return {};
}

}  // namespace slipway::plugin
