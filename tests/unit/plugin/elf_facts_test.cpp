#include "plugin/elf_facts.hpp"

#include <elf.h>

#include <catch2/catch.hpp>

#include "plugin_files.hpp"

using namespace slipway;
using namespace slipway::test;
using plugin::ElfFacts;
using plugin::read_elf_facts;

namespace {

ElfFacts facts_of(std::string_view fixture) {
  const std::string bytes = bytes_of(fixture);
  Result<ElfFacts> facts = read_elf_facts(std::as_bytes(std::span(bytes)));
  REQUIRE(refusal(facts) == "");
  return std::move(*facts);
}

}  // namespace

TEST_CASE("a plugin's file says how it was built") {
  const ElfFacts facts = facts_of("good_cpp");
  CHECK(facts.build_id.size() == 40);
  CHECK(facts.abi == "0.1");
  CHECK(facts.sdk == "0.1.0");
  REQUIRE_FALSE(facts.compilers.empty());
  CHECK((facts.compilers[0].starts_with("GCC") || facts.compilers[0].find("clang") != std::string::npos));
#ifdef __SANITIZE_THREAD__
  constexpr std::string_view kCLibrary = "libtsan.so.2";  // stands in for the C library
#else
  constexpr std::string_view kCLibrary = "libc.so.6";
#endif
  CHECK(std::count(facts.needed.begin(), facts.needed.end(), kCLibrary) == 1);
  CHECK(facts.search_paths.empty());
}

TEST_CASE("what a library does not say is empty") {
  const ElfFacts facts = facts_of("no_symbol");
  CHECK(facts.abi == "");
  CHECK(facts.sdk == "");
  CHECK(facts_of("unflagged").build_id == "c0ffee");
}

TEST_CASE("the folders in which a library looks for others are known") {
  CHECK(facts_of("rpath").search_paths == std::vector<std::string>{"/opt/models/lib"});
  CHECK(facts_of("vendored_with_origin").search_paths == std::vector<std::string>{"$ORIGIN"});
}

TEST_CASE("section headers that lead nowhere hide the compiler, and nothing else") {
  std::string bytes = bytes_of("good_cpp");
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto facts = [&] {
    std::memcpy(bytes.data(), &header, sizeof header);
    Result<ElfFacts> read = read_elf_facts(std::as_bytes(std::span(bytes)));
    REQUIRE(refusal(read) == "");
    return std::move(*read);
  };
  const std::uint16_t names = header.e_shstrndx;
  header.e_shstrndx = 0xfff0;
  CHECK(facts().compilers.empty());
  header.e_shstrndx = names;
  CHECK_FALSE(facts().compilers.empty());
  header.e_shentsize = 1;
  CHECK(facts().compilers.empty());
  CHECK(facts().abi == "0.1");
}

TEST_CASE("what is no library has no facts") {
  CHECK(refusal(read_elf_facts(std::as_bytes(std::span("text", 4)))) != "");
}
