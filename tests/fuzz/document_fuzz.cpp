// Documents of a worker: any bytes are refused, or can be read as safely as one that this process has built.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "document/builder.hpp"
#include "document/json_writer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway::document;
  Limits limits;
  limits.document_bytes = 1u << 20;
  limits.nodes = 100'000;
  Document document;
  Builder builder(limits);
  builder.start(document);
  if (!builder.document(std::as_bytes(std::span(data, size)))) return 0;
  if (!builder.finish().ok() || !equal(document.root(), document.root())) std::abort();
  (void)to_json(document.root());
  // What was accepted once is accepted again: nothing in it depends on where it lies.
  Document again;
  builder.start(again);
  if (!builder.document(document.bytes()) || !builder.finish().ok()) std::abort();
  if (to_json(again.root()) != to_json(document.root())) std::abort();
  return 0;
}
