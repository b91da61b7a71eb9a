// YAML text: reading never crashes nor grows without bound, and what was read can be written as JSON and read
// as that.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "document/yaml_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway::document;
  Limits limits;
  limits.nodes = 10'000;
  limits.document_bytes = 4u << 20;
  Document document;
  SourceMap source("fuzz.yaml");
  if (!read_yaml({reinterpret_cast<const char*>(data), size}, document, source, limits).ok()) return 0;
  Document again;
  if (!read_json(to_json(document.root()), again).ok() || !equal(document.root(), again.root())) std::abort();
  return 0;
}
