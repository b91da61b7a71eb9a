// What of an author's folder is the bundle.
#pragma once

#include <string_view>

#include "model/manifest.hpp"

namespace slipway::authoring {

// Whether what is called `name` at the folder's top belongs to it: model.yaml, README.md, schemas/, tests/,
// data/, lib/, and wherever the manifest has the schemas. `manifest` may be null: not known.
bool is_bundle_part(std::string_view name, const model::Manifest* manifest);

}  // namespace slipway::authoring
