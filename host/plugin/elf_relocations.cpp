#include "plugin/elf_relocations.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace slipway::plugin {
namespace {

struct Kind {
  enum Use {
    none,
    relative,
    absolute,
    symbol,
    tls_module,
    tls_offset,
    static_tls,
    indirect,
    copy,
    unknown
  } use;
  std::uint64_t size;  // of what is written, bytes
};

Kind kind_of(std::uint64_t type) {
#if defined(__x86_64__)
  switch (type) {
    case R_X86_64_NONE:
      return {Kind::none, 0};
    case R_X86_64_RELATIVE:
      return {Kind::relative, 8};
    case R_X86_64_64:
      return {Kind::absolute, 8};
    case R_X86_64_GLOB_DAT:
    case R_X86_64_JUMP_SLOT:
    case R_X86_64_SIZE64:
      return {Kind::symbol, 8};
    case R_X86_64_DTPMOD64:
      return {Kind::tls_module, 8};
    case R_X86_64_DTPOFF64:
      return {Kind::tls_offset, 8};
    case R_X86_64_TLSDESC:
      return {Kind::tls_module, 16};
    case R_X86_64_TPOFF64:
      return {Kind::static_tls, 8};
    case R_X86_64_IRELATIVE:
      return {Kind::indirect, 8};
    case R_X86_64_COPY:
      return {Kind::copy, 0};
    default:
      return {Kind::unknown, 0};
  }
#else
  switch (type) {
    case R_AARCH64_NONE:
      return {Kind::none, 0};
    case R_AARCH64_RELATIVE:
      return {Kind::relative, 8};
    case R_AARCH64_ABS64:
      return {Kind::absolute, 8};
    case R_AARCH64_GLOB_DAT:
    case R_AARCH64_JUMP_SLOT:
      return {Kind::symbol, 8};
    case R_AARCH64_TLS_DTPMOD:
      return {Kind::tls_module, 8};
    case R_AARCH64_TLS_DTPREL:
      return {Kind::tls_offset, 8};
    case R_AARCH64_TLSDESC:
      return {Kind::tls_module, 16};
    case R_AARCH64_TLS_TPREL:
      return {Kind::static_tls, 8};
    case R_AARCH64_IRELATIVE:
      return {Kind::indirect, 8};
    case R_AARCH64_COPY:
      return {Kind::copy, 0};
    default:
      return {Kind::unknown, 0};
  }
#endif
}

struct Range {
  std::uint64_t begin = 0, size = 0;
  std::uint64_t end() const { return begin + size; }
  bool overlaps(std::uint64_t address, std::uint64_t bytes) const {
    return address < end() && begin < address + bytes;
  }
};

// An array of functions the loader calls. Its entries are written by relocations; one that is not would be
// called with whatever the file holds.
class Functions {
 public:
  Functions() = default;
  Functions(Range range) : range_(range), written_(range.size / 8, false) {}
  bool overlaps(std::uint64_t address, std::uint64_t bytes) const { return range_.overlaps(address, bytes); }
  bool set(std::uint64_t address) {
    const std::uint64_t offset = address - range_.begin;
    if (address < range_.begin || offset % 8 != 0 || offset / 8 >= written_.size()) return false;
    written_[offset / 8] = true;
    return true;
  }
  bool complete() const { return std::find(written_.begin(), written_.end(), false) == written_.end(); }

 private:
  Range range_;
  std::vector<bool> written_;
};

class RelocationCheck {
 public:
  RelocationCheck(const ElfFile& file, const SymbolTable& symbols, bool allow_static_tls)
      : file_(file), symbols_(symbols), allow_static_tls_(allow_static_tls) {}

  Status run() {
    if (file_.tag(DT_REL))
      return damaged("it has relocations without addends, which its machine does not use");
    for (const auto step : {&RelocationCheck::find_functions, &RelocationCheck::protect_tables,
                            &RelocationCheck::check_tables, &RelocationCheck::check_packed})
      if (Status status = (this->*step)(); !status.ok()) return status;
    if (!std::all_of(functions_.begin(), functions_.end(),
                     [](const Functions& each) { return each.complete(); }))
      return damaged("it has an initialiser or finaliser that points nowhere");
    std::sort(targets_.begin(), targets_.end());
    if (std::adjacent_find(targets_.begin(), targets_.end()) != targets_.end())
      return damaged("two relocations write to the same place");
    return {};
  }

 private:
  // The extent two tags describe; none if the first is absent, an error if it is no whole number of `unit`s.
  Result<std::optional<Range>> extent(std::int64_t begin, std::int64_t size, std::uint64_t unit) const {
    const auto address = file_.tag(begin);
    if (!address) return std::optional<Range>{};
    const Range range{*address, file_.tag(size).value_or(0)};
    if (range.size % unit != 0 || (range.size != 0 && !file_.at(range.begin, range.size)))
      return damaged("a table of relocations or initialisers lies outside of the file");
    return std::optional<Range>{range};
  }

  Status find_functions() {
    for (const std::int64_t tag : {DT_INIT, DT_FINI})
      if (const auto function = file_.tag(tag); function && !file_.executable(*function))
        return damaged("its initialiser or finaliser is not in its code");
    constexpr std::pair<std::int64_t, std::int64_t> kArrays[] = {{DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
                                                                 {DT_FINI_ARRAY, DT_FINI_ARRAYSZ}};
    for (const auto& [begin, size] : kArrays) {
      const auto array = extent(begin, size, 8);
      if (!array.ok()) return array.error();
      if (*array && (*array)->size != 0) functions_.emplace_back(**array);
    }
    return {};
  }

  // Where a relocation must not write: what the loader still reads while it relocates. Most of it lies in
  // read-only segments, unless a tool like patchelf moved it.
  Status protect_tables() {
    const Elf64_Phdr* dynamic = file_.header(PT_DYNAMIC);
    protected_.push_back({dynamic->p_vaddr, dynamic->p_memsz});
    protect(file_.tag(DT_STRTAB), file_.tag(DT_STRSZ).value_or(0));
    protect(file_.tag(DT_SYMTAB), symbols_.size() * sizeof(Elf64_Sym));
    protect(file_.tag(DT_RELA), file_.tag(DT_RELASZ).value_or(0));
    protect(file_.tag(DT_JMPREL), file_.tag(DT_PLTRELSZ).value_or(0));
    protect(file_.tag(DT_VERSYM), symbols_.size() * sizeof(Elf64_Half));
    for (const std::int64_t tag : {DT_GNU_HASH, DT_HASH, DT_VERNEED, DT_VERDEF, DT_RELR})
      protect(file_.tag(tag), 16);
    return {};
  }

  void protect(std::optional<std::uint64_t> address, std::uint64_t size) {
    if (address && file_.writable(*address, 1)) protected_.push_back({*address, size});
  }

  Status check_tables() {
    const auto plain = extent(DT_RELA, DT_RELASZ, sizeof(Elf64_Rela));
    const auto jumps = extent(DT_JMPREL, DT_PLTRELSZ, sizeof(Elf64_Rela));
    if (!plain.ok()) return plain.error();
    if (!jumps.ok()) return jumps.error();
    // The loader asserts these, and subtracts one table's size from the other's where they end together.
    if ((*plain && file_.tag(DT_RELAENT) != sizeof(Elf64_Rela)) ||
        (*jumps && file_.tag(DT_PLTREL) != DT_RELA) ||
        (*plain && *jumps && (*plain)->size != 0 && (*jumps)->size != 0 &&
         (*plain)->overlaps((*jumps)->begin, (*jumps)->size)))
      return damaged("its relocation tables make no sense");
    if (const auto got = file_.tag(DT_PLTGOT); got && !file_.writable(*got, 3 * sizeof(std::uint64_t)))
      return damaged("its table of imported functions is not in a writable segment");
    const std::uint64_t leading = file_.tag(DT_RELACOUNT).value_or(0);
    if (leading > (*plain ? (*plain)->size / sizeof(Elf64_Rela) : 0))
      return damaged("its relocation tables make no sense");
    if (*plain)
      if (Status status = check_table(**plain, leading); !status.ok()) return status;
    return *jumps ? check_table(**jumps, 0) : Status{};
  }

  // The first `relative` entries must be of that kind: the loader does not look.
  Status check_table(Range range, std::uint64_t relative) {
    if (range.size == 0) return {};
    const Table<Elf64_Rela> table(*file_.at(range.begin, range.size));
    for (std::size_t i = 0; i < table.size(); ++i) {
      const Elf64_Rela each = table[i];
      const Kind kind = kind_of(ELF64_R_TYPE(each.r_info));
      if (i < relative && kind.use != Kind::relative) return damaged("its relocation tables make no sense");
      if (Status status = check(each, kind); !status.ok()) return status;
    }
    return {};
  }

  Status check(const Elf64_Rela& relocation, Kind kind) {
    if (kind.use == Kind::indirect)
      return {
          Code::invalid_argument,
          "the plugin chooses functions while it is being loaded (IFUNC): build without target_clones and "
          "ifunc attributes, and choose in create"};
    if (kind.use == Kind::static_tls && !allow_static_tls_)
      return {Code::invalid_argument,
              "the plugin uses static thread-local storage, which the process runs out of for good: build "
              "without "
              "-ftls-model=initial-exec (and the tls_model attribute), or set isolation: process"};
    if (kind.use == Kind::copy || kind.use == Kind::unknown)
      return damaged("it has a relocation (type " + std::to_string(ELF64_R_TYPE(relocation.r_info)) +
                     ") that shared libraries do not use");
    const std::uint64_t index = ELF64_R_SYM(relocation.r_info);
    if (index >= symbols_.size()) return damaged("a relocation names a symbol that is not there");
    if (kind.use == Kind::none) return {};
    if (kind.use == Kind::tls_module && defines_tls(index) && file_.header(PT_TLS) == nullptr)
      return damaged("it refers to thread-local storage it does not have");
    if (kind.use == Kind::symbol && relocation.r_offset % kind.size != 0)
      return damaged("a relocation writes between two entries of its table");
    if (Status status = check_target(relocation.r_offset, kind.size); !status.ok()) return status;
    return check_function(relocation, kind, index);
  }

  bool defines_tls(std::uint64_t symbol) const {
    return symbol == 0 || symbols_[symbol].st_shndx != SHN_UNDEF;
  }

  Status check_target(std::uint64_t address, std::uint64_t size) {
    targets_.push_back(address);
    if (!file_.writable(address, size))
      return damaged("a relocation writes outside of the writable segments");
    for (const Range& range : protected_)
      if (range.overlaps(address, size)) return damaged("a relocation writes over a table the loader reads");
    return {};
  }

  // Where the relocation fills a slot of an array of functions, what it puts there must be code.
  Status check_function(const Elf64_Rela& relocation, Kind kind, std::uint64_t index) {
    std::uint64_t target = static_cast<std::uint64_t>(relocation.r_addend);
    if (kind.use == Kind::absolute && symbols_[index].st_shndx != SHN_UNDEF)
      target += symbols_[index].st_value;
    const bool known = kind.use == Kind::relative || kind.use == Kind::absolute;
    return note_function(relocation.r_offset, kind.size, known && file_.executable(target));
  }

  Status note_function(std::uint64_t address, std::uint64_t size, bool code) {
    for (Functions& array : functions_)
      if (array.overlaps(address, size) && (!code || !array.set(address)))
        return damaged("an initialiser or finaliser is not in its code");
    return {};
  }

  // DT_RELR: an address, then bitmaps of 63 words that follow it; the addends are in the words themselves.
  Status check_packed() {
    const auto range = extent(DT_RELR, DT_RELRSZ, sizeof(Elf64_Xword));
    if (!range.ok()) return range.error();
    if (!*range || (*range)->size == 0) return {};
    if (file_.tag(DT_RELRENT) != sizeof(Elf64_Xword)) return damaged("its relocation tables make no sense");
    const Table<Elf64_Xword> table(*file_.at((*range)->begin, (*range)->size));
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const std::uint64_t entry = table[i];
      if ((entry & 1) == 0) {
        if (Status status = check_packed_word(entry); !status.ok()) return status;
        next = entry + 8;
        continue;
      }
      for (std::uint64_t bits = entry >> 1, address = next; bits != 0; bits >>= 1, address += 8)
        if ((bits & 1) != 0)
          if (Status status = check_packed_word(address); !status.ok()) return status;
      next += 63 * 8;
    }
    return {};
  }

  Status check_packed_word(std::uint64_t address) {
    if (Status status = check_target(address, 8); !status.ok()) return status;
    const auto word = file_.at(address, 8);
    return note_function(address, 8, word && file_.executable(Table<std::uint64_t>(*word)[0]));
  }

  const ElfFile& file_;
  const SymbolTable& symbols_;
  const bool allow_static_tls_;
  std::vector<Functions> functions_;
  std::vector<Range> protected_;
  std::vector<std::uint64_t> targets_;
};

}  // namespace

Status check_relocations(const ElfFile& file, const SymbolTable& symbols, bool allow_static_tls) {
  return RelocationCheck(file, symbols, allow_static_tls).run();
}

}  // namespace slipway::plugin
