// Manifests: any text is a manifest or a clear error.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway::model;
  const auto manifest = parse_manifest({reinterpret_cast<const char*>(data), size}, "model.yaml");
  if (!manifest.ok()) return manifest.error().message.starts_with("model.yaml") ? 0 : (std::abort(), 0);
  if (!is_model_name(manifest->name)) std::abort();
  return 0;
}
