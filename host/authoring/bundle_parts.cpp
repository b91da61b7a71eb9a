#include "authoring/bundle_parts.hpp"

#include <algorithm>
#include <array>

namespace slipway::authoring {
namespace {

constexpr std::array<std::string_view, 6> kParts = {"README.md",  "data",    "lib",
                                                    "model.yaml", "schemas", "tests"};

std::string_view top_of(std::string_view path) {
  return path.substr(0, path.find('/'));
}

}  // namespace

bool is_bundle_part(std::string_view name, const model::Manifest* manifest) {
  if (std::find(kParts.begin(), kParts.end(), name) != kParts.end()) return true;
  return manifest != nullptr &&
         (name == top_of(manifest->request_schema) || name == top_of(manifest->response_schema));
}

}  // namespace slipway::authoring
