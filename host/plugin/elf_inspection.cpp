#include "plugin/elf_inspection.hpp"

#include <slipway/plugin.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "plugin/elf_facts.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/elf_relocations.hpp"
#include "plugin/elf_symbols.hpp"
#include "plugin/plugin_table.hpp"
#include "plugin/symbol_rules.hpp"

namespace slipway::plugin {
namespace {

// The C and C++ runtime: in the host's process already, made to be shared, and compatible upwards.
constexpr std::array<std::string_view, 11> kRuntime = {"libc.so.6",
                                                       "libm.so.6",
                                                       "libmvec.so.1",
                                                       "libstdc++.so.6",
                                                       "libgcc_s.so.1",
                                                       "libpthread.so.0",
                                                       "libdl.so.2",
                                                       "librt.so.1",
                                                       "libatomic.so.1",
                                                       "ld-linux-x86-64.so.2",
                                                       "ld-linux-aarch64.so.1"};

bool is_shared_library(std::string_view name, const InspectionPolicy& policy) {
  if (std::find(kRuntime.begin(), kRuntime.end(), name) != kRuntime.end()) return true;
#ifdef SLIPWAY_SANITIZED
  // A host built with sanitizers has their runtimes; a plugin built with them needs the same ones.
  for (const std::string_view runtime : {"libasan.so.", "libubsan.so.", "libtsan.so.", "liblsan.so."})
    if (name.starts_with(runtime)) return true;
#endif
  return std::find(policy.libraries.begin(), policy.libraries.end(), name) != policy.libraries.end();
}

Error refused(std::string why) {
  return {Code::invalid_argument, "the plugin " + std::move(why)};
}

Status check_stack(const ElfFile& file) {
  const Elf64_Phdr* stack = file.header(PT_GNU_STACK);
  if (stack != nullptr && (stack->p_flags & PF_X) == 0) return {};
  return refused(stack == nullptr
                     ? "does not say that it can do without an executable stack: link with "
                       "-Wl,-z,noexecstack"
                     : "asks for an executable stack: link with -Wl,-z,noexecstack, and avoid nested "
                       "functions and assembly without a .note.GNU-stack section");
}

// The loader takes both from the process, not from the file, and gives up where there is not enough.
Status check_storage(const ElfFile& file) {
  constexpr std::uint64_t kMostStorage = std::uint64_t{16} << 20;
  constexpr std::uint64_t kLargestAlignment = 65536;
  if (const Elf64_Phdr* tls = file.header(PT_TLS); tls != nullptr) {
    if (tls->p_filesz > tls->p_memsz || (tls->p_align & (tls->p_align - 1)) != 0)
      return damaged("the size or alignment of its thread-local storage makes no sense");
    if (tls->p_memsz > kMostStorage || tls->p_align > kLargestAlignment)
      return refused("wants " + std::to_string(tls->p_memsz) + " bytes of thread-local storage aligned to " +
                     std::to_string(tls->p_align) +
                     "; at most 16 MiB aligned to 65536 are given: allocate it");
  }
  const Elf64_Phdr* relro = file.header(PT_GNU_RELRO);
  if (relro != nullptr && relro->p_memsz != 0) {
    const auto page = std::uint64_t{4096};
    const bool inside =
        std::any_of(file.headers().begin(), file.headers().end(), [&](const Elf64_Phdr& segment) {
          return segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0 &&
                 relro->p_vaddr >= segment.p_vaddr && relro->p_vaddr - segment.p_vaddr <= segment.p_memsz &&
                 relro->p_memsz <= segment.p_memsz - (relro->p_vaddr - segment.p_vaddr) + page;
        });
    if (!inside) return damaged("what it wants to be read-only is not in a writable segment");
  }
  return {};
}

// Ways a library has to stay for ever or to put itself before or behind other libraries.
Status check_flags(const ElfFile& file, const InspectionPolicy& policy) {
  if (file.has_flag(DT_FLAGS, DF_TEXTREL) || file.tag(DT_TEXTREL))
    return refused(
        "has relocations in its code (TEXTREL): compile all of it, static libraries too, with -fPIC");
  if (!policy.own_process && file.has_flag(DT_FLAGS_1, DF_1_NODELETE))
    return refused("is marked as never to be unloaded (NODELETE): link without -Wl,-z,nodelete");
  if (!policy.own_process && file.has_flag(DT_FLAGS, DF_STATIC_TLS))
    return refused(
        "uses static thread-local storage, which the process runs out of for good: build without "
        "-ftls-model=initial-exec (and the tls_model attribute), or set isolation: process");
  if (file.has_flag(DT_FLAGS_1, DF_1_PIE) || file.header(PT_INTERP) != nullptr)
    return refused("was linked as a program: link it with -shared");
  if (file.has_flag(DT_FLAGS_1, DF_1_NOOPEN))
    return refused("may not be loaded at run time: link without -Wl,-z,nodlopen");
  if (file.has_flag(DT_FLAGS_1, DF_1_INTERPOSE) || file.has_flag(DT_FLAGS_1, DF_1_GLOBAL) ||
      file.has_flag(DT_FLAGS_1, DF_1_INITFIRST))
    return refused("puts itself before other libraries: link without -Wl,-z,interpose, global or initfirst");
  for (const std::int64_t tag : {std::int64_t{DT_AUDIT}, std::int64_t{DT_DEPAUDIT}, std::int64_t{DT_FILTER},
                                 std::int64_t{DT_AUXILIARY}, std::int64_t{DT_CONFIG}})
    if (file.tag(tag))
      return refused("asks for auditing or filtering of libraries: link without --audit and --filter");
  return {};
}

// Below the plugin's own folder, and not back out of it.
bool stays_in_bundle(std::string_view paths) {
  while (true) {
    const std::size_t end = std::min(paths.find(':'), paths.size());
    std::string_view path = paths.substr(0, end);
    const std::size_t origin = path.starts_with("$ORIGIN") ? 7 : path.starts_with("${ORIGIN}") ? 9 : 0;
    if (origin == 0) return false;
    path.remove_prefix(origin);
    if ((!path.empty() && path[0] != '/') || path.find("..") != path.npos || path.find('$') != path.npos)
      return false;
    if (end == paths.size()) return true;
    paths.remove_prefix(end + 1);
  }
}

Status check_search_path(const ElfFile& file, const InspectionPolicy& policy) {
  for (const std::int64_t tag : {DT_RPATH, DT_RUNPATH}) {
    const auto offset = file.tag(tag);
    if (!offset) continue;
    const auto paths = file.text(*offset);
    if (!paths) return damaged("the path it searches for libraries lies outside of its string table");
    if (!policy.own_process)
      return refused("has a library search path (" + printable(*paths) +
                     "): link without -rpath, or remove it with `patchelf --remove-rpath`");
    if (!stays_in_bundle(*paths))
      return refused("searches for libraries outside of its bundle (" + printable(*paths) +
                     "): give -rpath '$ORIGIN' or a folder below it");
  }
  return {};
}

Status check_libraries(const ElfFile& file, const InspectionPolicy& policy, ElfReport& report) {
  for (const std::uint64_t offset : file.all(DT_NEEDED)) {
    const auto name = file.text(offset);
    if (!name || name->empty())
      return damaged("the name of a library it needs lies outside of its string table");
    if (name->find('/') != name->npos)
      return refused("needs " + printable(*name) +
                     " by its path: link with -lNAME, or give that library a SONAME");
    if (!policy.own_process && !is_shared_library(*name, policy))
      return refused(
          "needs " + printable(*name) +
          ", which is not among the libraries a plugin may share with the host: link it statically, "
          "or set isolation: process");
    report.needed.emplace_back(printable(*name));
  }
  const auto offset = file.tag(DT_SONAME);
  if (!offset) return {};
  const auto name = file.text(*offset);
  if (!name) return damaged("its SONAME lies outside of its string table");
  // Whatever is loaded later and needs that library would be given the plugin.
  if (is_shared_library(*name, policy))
    return refused("calls itself " + printable(*name) + ": give it a SONAME of its own, or none");
  return {};
}

}  // namespace

Result<ElfReport> inspect_plugin(std::span<const std::byte> bytes, const InspectionPolicy& policy) {
  Result<ElfFile> file = ElfFile::read(bytes);
  if (!file.ok()) return std::move(file).error();
  ElfReport report;
  report.size = bytes.size();
  if (Status status = check_flags(*file, policy); !status.ok()) return std::move(status).error();
  if (Status status = check_stack(*file); !status.ok()) return std::move(status).error();
  if (Status status = check_storage(*file); !status.ok()) return std::move(status).error();
  if (Status status = check_search_path(*file, policy); !status.ok()) return std::move(status).error();
  if (Status status = check_libraries(*file, policy, report); !status.ok()) return std::move(status).error();

  const Result<SymbolTable> symbols = SymbolTable::read(*file);
  if (!symbols.ok()) return symbols.error();
  if (Status status = check_symbols(*file, *symbols, policy, report); !status.ok())
    return std::move(status).error();
  if (Status status = check_versions(*file, *symbols); !status.ok()) return std::move(status).error();
  if (Status status = check_relocations(*file, *symbols, policy.own_process); !status.ok())
    return std::move(status).error();
  report.build_id = build_id(*file);
  return report;
}

}  // namespace slipway::plugin
