#include "plugin/elf_inspection.hpp"

#include <elf.h>
#include <slipway/plugin.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>

#include "plugin_files.hpp"

using namespace slipway;
using namespace slipway::test;
using Catch::Matchers::Contains;
using plugin::InspectionPolicy;

namespace {

constexpr const char* kGood = "good_cpp";

struct Refused {
  const char* fixture;
  const char* problem;
  const char* mend;
};

// A good plugin whose header or program headers were changed.
std::string edited(const std::function<void(Elf64_Ehdr&, Elf64_Phdr*)>& edit) {
  std::string bytes = bytes_of(kGood);
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  std::memcpy(segments.data(), bytes.data() + header.e_phoff, segments.size() * sizeof(Elf64_Phdr));
  const std::uint64_t at = header.e_phoff;
  edit(header, segments.data());
  std::memcpy(bytes.data() + at, segments.data(), segments.size() * sizeof(Elf64_Phdr));
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

std::string with_segment(std::uint32_t type, const std::function<void(Elf64_Phdr&)>& edit) {
  return edited([&](Elf64_Ehdr& header, Elf64_Phdr* segments) {
    for (int i = 0; i < header.e_phnum; ++i)
      if (segments[i].p_type == type) return edit(segments[i]);
  });
}

// Where an entry of a plugin's dynamic section is in its bytes.
std::size_t find_dynamic(const std::string& bytes, std::int64_t tag) {
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, bytes.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type != PT_DYNAMIC) continue;
    for (std::uint64_t at = segment.p_offset; at < segment.p_offset + segment.p_filesz;
         at += sizeof(Elf64_Dyn))
      if (std::memcmp(bytes.data() + at, &tag, sizeof tag) == 0) return at;
  }
  throw std::runtime_error("the fixture has no such entry");
}

// One entry of the dynamic section changed into another.
std::string with_dynamic(std::int64_t tag, const std::function<void(Elf64_Dyn&)>& edit) {
  std::string bytes = bytes_of(kGood);
  const std::size_t at = find_dynamic(bytes, tag);
  Elf64_Dyn entry;
  std::memcpy(&entry, bytes.data() + at, sizeof entry);
  edit(entry);
  std::memcpy(bytes.data() + at, &entry, sizeof entry);
  return bytes;
}

// A plugin and the bytes of a table of it. Linkers put the tables into the first segment, where an address is
// an offset.
struct Edited {
  std::string bytes;
  std::size_t table;

  Edited(const char* name, std::int64_t tag) : bytes(bytes_of(name)) {
    Elf64_Dyn entry;
    std::memcpy(&entry, bytes.data() + find_dynamic(bytes, tag), sizeof entry);
    table = entry.d_un.d_ptr;
  }
  template <class T>
  T get(std::size_t index) const {
    T value;
    std::memcpy(&value, bytes.data() + table + index * sizeof value, sizeof value);
    return value;
  }
  template <class T>
  void set(std::size_t index, T value) {
    std::memcpy(bytes.data() + table + index * sizeof value, &value, sizeof value);
  }
};

}  // namespace

TEST_CASE("sound plugins pass, whatever symbol hash and flags they were linked with") {
  for (const char* name : {"good_c", "good_cpp", "unflagged", "sysv_hash", "both_hashes", "lazy",
                           "initialised", "all_fields", "old_table", "slow"}) {
    INFO(name);
    CHECK(refusal(inspect(bytes_of(name))) == "");
  }
}

TEST_CASE("the report names what the host should know") {
  const std::string bytes = bytes_of("unflagged");
  const auto report = inspect(bytes);
  REQUIRE(report.ok());
  CHECK(report->size == bytes.size());
  CHECK(report->table_size >= sizeof(slw_plugin));  // clang++ counts what a sanitizer puts behind it
  CHECK(report->build_id == "c0ffee");
  CHECK_FALSE(report->tls_destructors);

  const auto cpp = inspect(bytes_of("tls_destructor"));
  REQUIRE(cpp.ok());
  CHECK(cpp->tls_destructors);
  CHECK_THAT(cpp->needed, Catch::Matchers::VectorContains(std::string("libstdc++.so.6")));
}

TEST_CASE("a plugin that cannot live in a shared process is refused with its mend") {
  const Refused refused[] = {
#ifndef __clang__
      {"unique_symbols", "shares \"fixture::calls()::count\"", "-fno-gnu-unique"},
#endif
      {"static_tls", "static thread-local storage", "-ftls-model"},
      {"rpath", "search path (/opt/models/lib)", "-rpath"},
      {"execstack", "executable stack", "-Wl,-z,noexecstack"},
      {"nodelete", "NODELETE", "-z,nodelete"},
      {"textrel", "TEXTREL", "-fPIC"},
      {"ifunc", "IFUNC", "target_clones"},
      {"interposer", "before other libraries", "interpose"},
      {"impostor", "calls itself libm.so.6", "SONAME"},
      {"pthread_key", "imports pthread_key_create", "isolation: process"},
      {"signal_handler", "imports signal", "isolation: process"},
      {"vendored", "needs libfixture_vendored.so", "link it statically, or set isolation: process"},
      {"static_libstdcxx", "a C++ runtime of its own", "-static-libstdc++"},
      {"no_symbol", "does not export slipway_plugin_v0", "SLW_EXPORT"},
      {"other_major", "exports slipway_plugin_v7", "SDK"},
      {"function", "is not data", "SLW_EXPORT const slw_plugin"},
  };
  for (const Refused& each : refused) {
    INFO(each.fixture);
    const std::string sentence = refusal(inspect(bytes_of(each.fixture)));
    CHECK_THAT(sentence, Contains(each.problem));
    CHECK_THAT(sentence, Contains(each.mend));
  }
}

TEST_CASE("the policy can share more libraries and allow hooks") {
  InspectionPolicy policy;
  policy.libraries = {"libfixture_vendored.so"};
  policy.allow_process_hooks = true;
  CHECK(refusal(inspect(bytes_of("vendored"), policy)) == "");
  CHECK(refusal(inspect(bytes_of("pthread_key"), policy)) == "");
  CHECK(refusal(inspect(bytes_of("signal_handler"), policy)) == "");
  CHECK(refusal(inspect(bytes_of("rpath"), policy)) != "");
}

TEST_CASE("a process of its own lifts what only hurts a shared one") {
  InspectionPolicy own;
  own.own_process = true;
  for (const char* name : {"unique_symbols", "static_tls", "nodelete", "pthread_key", "vendored",
                           "static_libstdcxx", "vendored_with_origin"}) {
    INFO(name);
    CHECK(refusal(inspect(bytes_of(name), own)) == "");
  }
  for (const char* name : {"rpath", "execstack", "textrel", "ifunc", "interposer", "no_symbol"}) {
    INFO(name);
    CHECK(refusal(inspect(bytes_of(name), own)) != "");
  }
}

TEST_CASE("files that are no plugin for this host say what they are") {
#if defined(__x86_64__)
  const auto foreign = edited([](Elf64_Ehdr& header, Elf64_Phdr*) { header.e_machine = EM_AARCH64; });
  CHECK_THAT(refusal(inspect(foreign)), Contains("built for aarch64, this host is x86_64"));
#endif
  const auto change = [](const std::function<void(Elf64_Ehdr&)>& edit) {
    return refusal(inspect(edited([&](Elf64_Ehdr& header, Elf64_Phdr*) { edit(header); })));
  };
  CHECK_THAT(change([](Elf64_Ehdr& h) { h.e_machine = EM_RISCV; }), Contains("built for riscv"));
  CHECK_THAT(change([](Elf64_Ehdr& h) { h.e_ident[EI_CLASS] = ELFCLASS32; }), Contains("32-bit"));
  CHECK_THAT(change([](Elf64_Ehdr& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; }), Contains("big-endian"));
  CHECK_THAT(change([](Elf64_Ehdr& h) { h.e_type = ET_EXEC; }),
             Contains("is a program") && Contains("-shared"));
  CHECK_THAT(change([](Elf64_Ehdr& h) { h.e_type = ET_REL; }), Contains("object file"));
  CHECK_THAT(change([](Elf64_Ehdr& h) { h.e_phnum = 60000; }), Contains("program headers"));
  CHECK_THAT(refusal(inspect("")), Contains("not an ELF file"));
  CHECK_THAT(refusal(inspect("#!/bin/sh\n")), Contains("not an ELF file"));
  CHECK_THAT(refusal(inspect("\x7f"
                             "ELF")),
             Contains("truncated"));
  CHECK(inspect(edited([](Elf64_Ehdr& h, Elf64_Phdr*) { h.e_machine = EM_RISCV; })).error().code ==
        Code::unsupported);
}

TEST_CASE("segments the loader would trip over are refused") {
  const auto change = [](std::uint32_t type, const std::function<void(Elf64_Phdr&)>& edit) {
    return refusal(inspect(with_segment(type, edit)));
  };
  CHECK_THAT(change(PT_LOAD, [](Elf64_Phdr& s) { s.p_flags = PF_R | PF_W | PF_X; }),
             Contains("writable and executable"));
  CHECK_THAT(change(PT_LOAD, [](Elf64_Phdr& s) { s.p_filesz += 1 << 20; }), Contains("truncated"));
  CHECK_THAT(change(PT_LOAD, [](Elf64_Phdr& s) { s.p_memsz = 0; }), Contains("makes no sense"));
  CHECK_THAT(change(PT_LOAD, [](Elf64_Phdr& s) { s.p_align = 48; }), Contains("alignment"));
  CHECK_THAT(change(PT_LOAD, [](Elf64_Phdr& s) { s.p_align = 16; }), Contains("max-page-size"));
  CHECK_THAT(change(PT_LOAD, [](Elf64_Phdr& s) { s.p_memsz += 16; }), Contains("makes no sense"));
  CHECK_THAT(change(PT_LOAD,
                    [](Elf64_Phdr& s) {
                      s.p_flags = PF_R | PF_W;
                      s.p_memsz += 1 << 20;
                    }),
             Contains("overlap"));
  CHECK_THAT(change(PT_GNU_STACK, [](Elf64_Phdr& s) { s.p_type = PT_NULL; }), Contains("noexecstack"));
  CHECK_THAT(change(PT_GNU_STACK, [](Elf64_Phdr& s) { s.p_type = PT_INTERP; }),
             Contains("linked as a program"));
  CHECK_THAT(change(PT_DYNAMIC, [](Elf64_Phdr& s) { s.p_type = PT_NULL; }), Contains("no dynamic section"));
  CHECK_THAT(change(PT_DYNAMIC, [](Elf64_Phdr& s) { s.p_vaddr += 1 << 20; }),
             Contains("outside of the segments"));
  CHECK_THAT(change(PT_GNU_RELRO, [](Elf64_Phdr& s) { s.p_vaddr = 0; }), Contains("read-only"));
  CHECK_THAT(change(PT_GNU_RELRO,
                    [](Elf64_Phdr& s) {
                      s.p_type = PT_TLS;
                      s.p_memsz = 1ull << 40;
                    }),
             Contains("thread-local storage"));
}

TEST_CASE("dynamic sections the loader would trip over are refused") {
  const auto value = [](std::int64_t tag, std::uint64_t number) {
    return refusal(inspect(with_dynamic(tag, [&](Elf64_Dyn& entry) { entry.d_un.d_val = number; })));
  };
  const auto rename = [](std::int64_t from, std::int64_t to, std::uint64_t number) {
    return refusal(inspect(with_dynamic(from, [&](Elf64_Dyn& entry) {
      entry.d_tag = to;
      entry.d_un.d_val = number;
    })));
  };
  CHECK_THAT(value(DT_STRTAB, 1 << 30), Contains("string table"));
  CHECK_THAT(value(DT_STRSZ, 1 << 30), Contains("string table"));
  CHECK_THAT(value(DT_SYMTAB, 1 << 30), Contains("symbol table"));
  CHECK_THAT(value(DT_SYMENT, 8), Contains("symbols"));
  CHECK_THAT(value(DT_GNU_HASH, 1 << 30), Contains("hash table"));
  CHECK_THAT(value(DT_RELA, 1 << 30), Contains("relocations"));
  CHECK_THAT(value(DT_RELASZ, 5), Contains("relocations"));
  CHECK_THAT(value(DT_RELAENT, 16), Contains("relocation"));
  CHECK_THAT(value(DT_RELACOUNT, 1000000), Contains("relocation"));
  CHECK_THAT(value(DT_INIT_ARRAY, 0), Contains("initialiser"));
  CHECK_THAT(value(DT_INIT, 0), Contains("initialiser"));
  CHECK_THAT(value(DT_VERNEED, 1 << 30), Contains("version"));
  CHECK_THAT(value(DT_VERSYM, 1 << 30), Contains("version"));
  CHECK_THAT(value(DT_NEEDED, 1 << 30), Contains("library it needs"));
  CHECK_THAT(rename(DT_RELACOUNT, DT_AUDIT, 1), Contains("--audit"));
  CHECK_THAT(rename(DT_RELACOUNT, DT_AUXILIARY, 1), Contains("--filter"));
  CHECK_THAT(rename(DT_RELACOUNT, DT_FLAGS_1, DF_1_PIE), Contains("-shared") || Contains("twice"));
  CHECK_THAT(rename(DT_RELACOUNT, DT_STRTAB, 0), Contains("twice"));
  CHECK_THAT(rename(DT_RELACOUNT, DT_REL, 0), Contains("without addends"));
}

TEST_CASE("symbol tables a lookup would not return from are refused") {
  Edited circle("sysv_hash", DT_HASH);
  const auto buckets = circle.get<std::uint32_t>(0);
  std::uint32_t symbol = 0;
  for (std::uint32_t i = 0; i < buckets && symbol == 0; ++i) symbol = circle.get<std::uint32_t>(2 + i);
  REQUIRE(symbol != 0);
  circle.set<std::uint32_t>(2 + buckets + symbol, symbol);
  CHECK_THAT(refusal(inspect(circle.bytes)), Contains("hash table makes no sense"));

  Edited endless("good_c", DT_GNU_HASH);
  const auto first_link = 4 + 2 * endless.get<std::uint32_t>(2) + endless.get<std::uint32_t>(0);
  for (std::size_t i = first_link; endless.table + 4 * i < endless.bytes.size() - 4; ++i)
    endless.set(i, endless.get<std::uint32_t>(i) & ~1u);
  CHECK(refusal(inspect(endless.bytes)) != "");

  Edited bloom("good_c", DT_GNU_HASH);
  bloom.set<std::uint32_t>(2, 3);
  CHECK_THAT(refusal(inspect(bloom.bytes)), Contains("hash table"));
}

TEST_CASE("symbols and their versions are where they can be") {
  Edited versions(kGood, DT_VERSYM);
  versions.set<std::uint16_t>(1, 0x7000);
  CHECK_THAT(refusal(inspect(versions.bytes)), Contains("version tables"));

  // Symbol 1 is an import: it has no address of its own.
  Edited import(kGood, DT_SYMTAB);
  auto symbol = import.get<Elf64_Sym>(1);
  REQUIRE(symbol.st_shndx == SHN_UNDEF);
  symbol.st_value = 16;
  import.set(1, symbol);
  CHECK_THAT(refusal(inspect(import.bytes)), Contains("a symbol is not where"));
  symbol.st_value = 0;
  symbol.st_other = STV_HIDDEN;
  import.set(1, symbol);
  CHECK_THAT(refusal(inspect(import.bytes)), Contains("a symbol is not where"));
}

TEST_CASE("relocations write where they can, to symbols there are") {
  const auto change = [](std::size_t index, const std::function<void(Elf64_Rela&)>& edit) {
    Edited plugin(kGood, DT_RELA);
    auto relocation = plugin.get<Elf64_Rela>(index);
    edit(relocation);
    plugin.set(index, relocation);
    return refusal(inspect(plugin.bytes));
  };
  Elf64_Rela first{};
  CHECK(change(0, [&](Elf64_Rela& each) { first = each; }) == "");
  CHECK_THAT(change(1, [](Elf64_Rela& each) { each.r_offset = 0; }),
             Contains("outside of the writable segments"));
  CHECK_THAT(change(1, [&](Elf64_Rela& each) { each.r_offset = first.r_offset; }),
             Contains("initialiser") || Contains("the same place"));
  CHECK_THAT(change(0, [](Elf64_Rela& each) { each.r_info |= std::uint64_t{1} << 52; }),
             Contains("names a symbol"));
  CHECK_THAT(change(0, [](Elf64_Rela& each) { each.r_addend = 0; }), Contains("initialiser"));
}
