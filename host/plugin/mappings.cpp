#include "plugin/mappings.hpp"

#include <charconv>
#include <cstdint>
#include <fstream>

namespace slipway::plugin {

Mappings mappings_of(std::string_view name, const std::string& process) {
  Mappings found;
  std::ifstream maps("/proc/" + process + "/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(name) == std::string::npos) continue;
    std::uintptr_t begin = 0, end = 0;
    const char* const stop = line.data() + line.size();
    const auto first = std::from_chars(line.data(), stop, begin, 16);
    if (first.ec != std::errc{} || first.ptr == stop) continue;
    std::from_chars(first.ptr + 1, stop, end, 16);
    ++found.count;
    found.bytes += end - begin;
  }
  return found;
}

}  // namespace slipway::plugin
