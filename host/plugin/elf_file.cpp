#include "plugin/elf_file.hpp"

#include <unistd.h>

#include <algorithm>

namespace slipway::plugin {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t kHostMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kHostMachine = EM_AARCH64;
#else
#error "plugins are supported on x86_64 and aarch64"
#endif

// The loader copies the program headers to its stack; linkers write about a dozen.
constexpr std::size_t kMaxHeaders = 64;

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86_64";
    case EM_AARCH64:
      return "aarch64";
    case EM_386:
      return "i386";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return "riscv";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390x";
    default:
      return "machine " + std::to_string(machine);
  }
}

Status check_identity(const Elf64_Ehdr& header) {
  const bool little = header.e_ident[EI_DATA] == ELFDATA2LSB;
  if (header.e_ident[EI_CLASS] == ELFCLASS32 && little)
    return {Code::unsupported, "the plugin is a 32-bit library (" + machine_name(header.e_machine) +
                                   "), this host is " + machine_name(kHostMachine) +
                                   ": build it for this host"};
  if (!little && header.e_ident[EI_DATA] == ELFDATA2MSB)
    return {Code::unsupported, "the plugin is big-endian, this host is " + machine_name(kHostMachine) +
                                   " (little-endian): build it for this host"};
  const std::uint8_t system = header.e_ident[EI_OSABI];
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || !little || header.e_ident[EI_VERSION] != EV_CURRENT ||
      header.e_version != EV_CURRENT || (system != ELFOSABI_SYSV && system != ELFOSABI_GNU) ||
      header.e_ident[EI_ABIVERSION] != 0)
    return damaged("its ELF header names no class, byte order or version that exists on this system");
  if (header.e_machine != kHostMachine)
    return {Code::unsupported, "the plugin is built for " + machine_name(header.e_machine) +
                                   ", this host is " + machine_name(kHostMachine) +
                                   ": publish one built for this host"};
  if (header.e_type == ET_EXEC || header.e_type == ET_REL)
    return {Code::invalid_argument, std::string("the plugin is ") +
                                        (header.e_type == ET_REL ? "an object file" : "a program") +
                                        ", not a shared library: link it with -shared"};
  if (header.e_type != ET_DYN)
    return {Code::invalid_argument, "the plugin is not a shared library: link it with -shared"};
  return {};
}

}  // namespace

Error damaged(const std::string& what) {
  return {Code::invalid_argument, "the plugin is damaged: " + what + "; build or copy it again"};
}

std::string printable(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  std::string text(name.substr(0, kLongest));
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  if (name.size() > kLongest) text += "...";
  return text;
}

Result<ElfFile> ElfFile::read(std::span<const std::byte> file) {
  ElfFile elf(file);
  for (const auto step :
       {&ElfFile::read_header, &ElfFile::read_segments, &ElfFile::read_dynamic, &ElfFile::read_strings})
    if (Status status = (elf.*step)(); !status.ok()) return std::move(status).error();
  return elf;
}

Status ElfFile::read_header() {
  if (file_.size() < SELFMAG || std::memcmp(file_.data(), ELFMAG, SELFMAG) != 0)
    return {Code::invalid_argument,
            "the plugin is not an ELF file: give the shared library (.so) the build made"};
  if (file_.size() < sizeof(Elf64_Ehdr)) return damaged("it is truncated within its ELF header");
  const Elf64_Ehdr header = Table<Elf64_Ehdr>(file_)[0];
  if (Status status = check_identity(header); !status.ok()) return status;
  if (header.e_ehsize != sizeof(Elf64_Ehdr) || header.e_phentsize != sizeof(Elf64_Phdr) ||
      header.e_phnum == 0 || header.e_phnum > kMaxHeaders)
    return damaged("its ELF header has no sound table of program headers");
  const std::uint64_t size = header.e_phnum * sizeof(Elf64_Phdr);
  if (header.e_phoff > file_.size() || size > file_.size() - header.e_phoff)
    return damaged("its program headers lie outside of the file (is it truncated?)");
  // Nothing is read from the section headers, but they are the last thing a linker writes: a copy that was
  // cut off lacks them.
  const std::uint64_t sections = std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (header.e_shoff != 0 && (header.e_shoff > file_.size() || sections > file_.size() - header.e_shoff))
    return damaged("it is truncated: its section headers lie beyond its end");
  const Table<Elf64_Phdr> table(file_.subspan(header.e_phoff, size));
  for (std::size_t i = 0; i < table.size(); ++i) headers_.push_back(table[i]);
  return {};
}

Status ElfFile::read_segments() {
  std::uint64_t mapped_to = 0;
  bool any = false;
  for (const Elf64_Phdr& segment : headers_) {
    if (segment.p_type != PT_LOAD) continue;
    if (Status status = check_segment(segment, mapped_to); !status.ok()) return status;
    any = true;
  }
  if (!any) return damaged("it has no segment to load");
  // The loader, the unwinder and the C library use each of these without another look.
  for (const auto type :
       {PT_DYNAMIC, PT_TLS, PT_PHDR, PT_GNU_RELRO, PT_GNU_EH_FRAME, PT_GNU_STACK, PT_INTERP}) {
    if (std::count_if(headers_.begin(), headers_.end(), [&](const Elf64_Phdr& each) {
          return each.p_type == static_cast<std::uint32_t>(type);
        }) > 1)
      return damaged("it has two program headers of one kind");
  }
  for (const Elf64_Phdr& part : headers_) {
    const bool used = part.p_type == PT_DYNAMIC || part.p_type == PT_GNU_EH_FRAME || part.p_type == PT_NOTE ||
                      part.p_type == PT_TLS || part.p_type == PT_GNU_PROPERTY;
    if (!used || part.p_filesz == 0) continue;
    const auto bytes = at(part.p_vaddr, part.p_filesz);
    if (!bytes || part.p_offset != static_cast<std::uint64_t>(bytes->data() - file_.data()))
      return damaged("a program header points outside of the segments");
  }
  return check_headers_are_mapped(Table<Elf64_Ehdr>(file_)[0]);
}

Status ElfFile::check_segment(const Elf64_Phdr& segment, std::uint64_t& mapped_to) const {
  const auto page = static_cast<std::uint64_t>(::getpagesize());
  constexpr std::uint64_t kHighest = std::uint64_t{1} << 46;  // no user address space is larger
  if (segment.p_offset > file_.size() || segment.p_filesz > file_.size() - segment.p_offset)
    return damaged("it has " + std::to_string(file_.size()) +
                   " bytes, but one of its segments ends beyond them (is it truncated?)");
  if (segment.p_vaddr > kHighest || segment.p_memsz > kHighest || segment.p_filesz > segment.p_memsz ||
      (segment.p_align & (segment.p_align - 1)) != 0 ||
      (segment.p_filesz < segment.p_memsz && (segment.p_flags & PF_W) == 0) ||
      ((segment.p_vaddr - segment.p_offset) & (page - 1)) != 0)
    return damaged("the size or alignment of a segment makes no sense");
  if (segment.p_align < page)
    return {Code::unsupported, "the plugin's segments are aligned to " + std::to_string(segment.p_align) +
                                   " bytes, this host's pages have " + std::to_string(page) +
                                   ": link with -Wl,-z,max-page-size=" + std::to_string(page)};
  if (((segment.p_vaddr - segment.p_offset) & (segment.p_align - 1)) != 0)
    return damaged("the alignment of a segment makes no sense");
  if ((segment.p_vaddr & ~(page - 1)) < mapped_to) return damaged("its segments overlap or are out of order");
  mapped_to = (segment.p_vaddr + segment.p_memsz + page - 1) & ~(page - 1);
  if ((segment.p_flags & PF_W) != 0 && (segment.p_flags & PF_X) != 0)
    return {
        Code::invalid_argument,
        "the plugin has a segment that is both writable and executable: link without -N, -z rwx or a linker "
        "script that merges them"};
  return {};
}

Status ElfFile::check_headers_are_mapped(const Elf64_Ehdr& header) const {
  for (const Elf64_Phdr& segment : headers_) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_R) == 0 || header.e_phoff < segment.p_offset)
      continue;
    const std::uint64_t within = header.e_phoff - segment.p_offset;
    if (within > segment.p_filesz || headers_.size() * sizeof(Elf64_Phdr) > segment.p_filesz - within)
      continue;
    const Elf64_Phdr* self = this->header(PT_PHDR);
    if (self != nullptr && self->p_vaddr != segment.p_vaddr + within) break;
    return {};
  }
  return damaged("its program headers are not where it will be loaded");
}

Status ElfFile::read_dynamic() {
  const Elf64_Phdr* header = this->header(PT_DYNAMIC);
  if (header == nullptr)
    return {Code::invalid_argument,
            "the plugin has no dynamic section: link it as a shared library, with -shared"};
  if (!writable(header->p_vaddr, header->p_filesz))
    return damaged("its dynamic section is not in a writable segment");
  const Table<Elf64_Dyn> entries(file_.subspan(header->p_offset, header->p_filesz));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Elf64_Dyn entry = entries[i];
    if (entry.d_tag == DT_NULL) return {};
    if (entry.d_tag != DT_NEEDED && tag(entry.d_tag))
      return damaged("its dynamic section says one thing twice");
    dynamic_.push_back(entry);
  }
  return damaged("its dynamic section does not end");
}

Status ElfFile::read_strings() {
  const auto address = tag(DT_STRTAB);
  const auto size = tag(DT_STRSZ);
  const auto bytes = address && size ? at(*address, *size) : std::nullopt;
  if (!bytes || bytes->empty()) return damaged("its string table lies outside of the file");
  strings_ = {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  if (strings_.back() != '\0') return damaged("its string table does not end");
  return {};
}

const Elf64_Phdr* ElfFile::header(std::uint32_t type) const {
  const auto found = std::find_if(headers_.begin(), headers_.end(),
                                  [&](const Elf64_Phdr& each) { return each.p_type == type; });
  return found == headers_.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> ElfFile::tag(std::int64_t tag) const {
  for (const Elf64_Dyn& entry : dynamic_)
    if (entry.d_tag == tag) return entry.d_un.d_val;
  return std::nullopt;
}

std::vector<std::uint64_t> ElfFile::all(std::int64_t tag) const {
  std::vector<std::uint64_t> values;
  for (const Elf64_Dyn& entry : dynamic_)
    if (entry.d_tag == tag) values.push_back(entry.d_un.d_val);
  return values;
}

bool ElfFile::has_flag(std::int64_t tag, std::uint64_t flag) const {
  return (this->tag(tag).value_or(0) & flag) != 0;
}

std::optional<std::span<const std::byte>> ElfFile::from(std::uint64_t address) const {
  for (const Elf64_Phdr& segment : headers_) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_R) == 0 || address < segment.p_vaddr) continue;
    const std::uint64_t within = address - segment.p_vaddr;
    if (within < segment.p_filesz) return file_.subspan(segment.p_offset + within, segment.p_filesz - within);
  }
  return std::nullopt;
}

std::optional<std::span<const std::byte>> ElfFile::at(std::uint64_t address, std::uint64_t size) const {
  const auto rest = from(address);
  if (!rest || size > rest->size()) return std::nullopt;
  return rest->first(size);
}

bool ElfFile::executable(std::uint64_t address) const {
  return std::any_of(headers_.begin(), headers_.end(), [&](const Elf64_Phdr& segment) {
    return segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0 && address >= segment.p_vaddr &&
           address - segment.p_vaddr < segment.p_filesz;
  });
}

bool ElfFile::writable(std::uint64_t address, std::uint64_t size) const {
  return std::any_of(headers_.begin(), headers_.end(), [&](const Elf64_Phdr& segment) {
    return segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0 && address >= segment.p_vaddr &&
           address - segment.p_vaddr <= segment.p_memsz &&
           size <= segment.p_memsz - (address - segment.p_vaddr);
  });
}

std::optional<std::string_view> ElfFile::text(std::uint64_t offset) const {
  if (offset >= strings_.size()) return std::nullopt;
  return std::string_view(strings_.data() + offset);  // the table ends with NUL
}

}  // namespace slipway::plugin
