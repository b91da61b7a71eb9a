// The OpenAPI 3.1 document of models: how to ask each for a prediction, what it takes and gives, and how it
// refuses.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "model/bundle.hpp"

namespace slipway::api {

struct DescribedVersion {
  const model::Bundle* bundle;
  bool deprecated;
};

enum class Callers { anyone, with_key };  // who is answered

// Of one model, in its own words; or of all that are served, one version each. JSON text.
Result<std::string> openapi(const DescribedVersion& version, Callers callers);
Result<std::string> openapi(std::span<const DescribedVersion> versions, Callers callers);

}  // namespace slipway::api
