// Binds whatever schema there is, as a request and as a response: it must end, soon, with a header whose
// lines are what the generator writes, whatever the names and descriptions in the schema are.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "authoring/bind.hpp"

namespace {

using namespace slipway;

bool read_schema(std::string_view text, model::SchemaFile& file) {
  file.path = "schema.yaml";
  document::SourceMap source(file.path);
  if (!document::read_yaml(text, file.document, source)) return false;
  file.compiled = schema::compile(file.document.root(), source);
  return file.compiled.ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  model::Bundle bundle;
  if (!read_schema(text, bundle.request) || !read_schema(text, bundle.response)) return 0;
  bundle.manifest.name = "fuzzed";
  const Result<authoring::BoundHeader> made = authoring::bind("folder", bundle, "");
  if (!made || !made->text.ends_with("}  // namespace fuzzed\n")) std::abort();
  for (const char c : made->text)
    if (c != '\n' && static_cast<unsigned char>(c) < 0x20) std::abort();
  if (authoring::bind("folder", bundle, "")->text != made->text) std::abort();
  return 0;
}
