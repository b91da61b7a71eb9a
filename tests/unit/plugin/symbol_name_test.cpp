#include "plugin/symbol_name.hpp"

#include <catch2/catch.hpp>

#include "plugin/elf_file.hpp"
#include "plugin/elf_symbols.hpp"
#include "plugin_files.hpp"

using namespace slipway;
using namespace slipway::plugin;

namespace {

std::uint64_t address_of_table(std::span<const std::byte> bytes) {
  const Result<ElfFile> file = ElfFile::read(bytes);
  REQUIRE(file.ok());
  const Result<SymbolTable> symbols = SymbolTable::read(*file);
  REQUIRE(symbols.ok());
  for (std::size_t i = 0; i < symbols->size(); ++i)
    if (symbols->name((*symbols)[i]) == "slipway_plugin_v0") return (*symbols)[i].st_value;
  return 0;
}

}  // namespace

TEST_CASE("an address has the name of the variable that it lies in") {
  const std::string text = test::bytes_of("good_c");
  const auto bytes = std::as_bytes(std::span(text));
  const std::uint64_t table = address_of_table(bytes);
  REQUIRE(table != 0);
  CHECK(symbol_name(bytes, table) == "slipway_plugin_v0");
  CHECK(symbol_name(bytes, table + 8) == "slipway_plugin_v0");
  CHECK(symbol_name(bytes, 1).empty());
}

TEST_CASE("a damaged file names nothing") {
  const std::string text = test::bytes_of("good_c");
  for (std::size_t size = 0; size < text.size(); size += 97)
    CHECK(symbol_name(std::as_bytes(std::span(text).first(size)), 1).empty());
}
