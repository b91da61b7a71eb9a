// A schema, a NUL and a document: both passes must agree, every reason must be well-formed, and nothing
// marked sensitive may be told. A second run, with all that is in the document marked so, checks that: then
// the two texts that stand for secrets in the seeds must not appear.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "document/json_reader.hpp"
#include "document/pointer.hpp"
#include "schema/compile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\0');
  if (end == std::string_view::npos) return 0;
  schema::CompileOptions options;
  options.strict = false;
  options.limits.steps = 1'000'000;
  document::Document document;
  if (!document::read_json(text.substr(end + 1), document)) return 0;
  const std::string_view schema_text = text.substr(0, end);
  const schema::Compilation compiled = schema::compile_text(schema_text, "fuzz.yaml", options);
  if (!compiled.ok()) return 0;
  const auto violations = compiled.schema->explain(document.root());
  if (violations.empty() != compiled.schema->accepts(document.root())) std::abort();
  if (violations.size() > schema::Schema::kMostViolations) std::abort();
  for (const schema::Violation& v : violations)
    if (!document::is_pointer(v.pointer) || v.message.empty() || !is_utf8(v.message)) std::abort();

  const bool told_by_schema = schema_text.find("hunter2") != std::string_view::npos;
  const std::string secret = "{x-sensitive: true, allOf: [" + std::string(schema_text) + "]}";
  const schema::Compilation hidden = schema::compile_text(secret, "fuzz.yaml", options);
  if (!hidden.ok() || told_by_schema) return 0;
  for (const schema::Violation& v : hidden.schema->explain(document.root()))
    for (const std::string* const told : {&v.message, &v.pointer})
      if (told->find("hunter2") != std::string::npos) std::abort();
  return 0;
}
