// Feeds the inspection of plugins whatever bytes there are: it must refuse or accept them, and report text a
// person can read. The seeds are small plugins, made from tests/fixtures/src/good_c.c and cpp_runtime.cpp
// with the SDK's flags,
// `-Os -s`, and for the tiny ones `-nostdlib` and one of ld's --hash-style options.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/utf8.hpp"
#include "plugin/elf_inspection.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  for (const bool own_process : {false, true}) {
    plugin::InspectionPolicy policy;
    policy.own_process = own_process;
    const auto report = plugin::inspect_plugin(std::as_bytes(std::span(data, size)), policy);
    if (report.ok() ? report->table_size == 0 : !is_utf8(report.error().message)) std::abort();
  }
  return 0;
}
