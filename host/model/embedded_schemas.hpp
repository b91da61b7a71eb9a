// The project's own schemas (schemas/*.yaml), which the build puts into the program.
#pragma once

#include <string_view>

namespace slipway::model {

extern const std::string_view kManifestSchema;
extern const std::string_view kCasesSchema;

}  // namespace slipway::model
