// JSON text: reading never crashes, and what was read and written back reads as the same document.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway::document;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Document first;
  if (!read_json(text, first).ok()) return 0;
  const std::string written = to_json(first.root());
  Document second;
  if (!read_json(written, second).ok()) std::abort();
  if (!equal(first.root(), second.root()) || to_json(second.root()) != written) std::abort();
  if (hash(first.root()) != hash(second.root())) std::abort();
  return 0;
}
