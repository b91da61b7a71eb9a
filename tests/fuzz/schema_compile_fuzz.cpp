// Feeds the compiler whatever text there is: it must compile it or say why not, by place, in words a person
// can read, and soon. What compiles in strict mode must compile by the standard alone too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "schema/compile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  schema::CompileOptions options;
  const schema::Compilation strict = schema::compile_text(text, "fuzz.yaml", options);
  options.strict = false;
  const schema::Compilation standard = schema::compile_text(text, "fuzz.yaml", options);
  if (strict.ok() && !standard.ok()) std::abort();
  for (const schema::Compilation* const compiled : {&strict, &standard}) {
    if (compiled->ok() != compiled->errors.empty()) std::abort();
    for (const schema::Diagnostic& error : compiled->errors)
      if (error.message.empty() || !is_utf8(error.message)) std::abort();
  }
  return 0;
}
