// What the YAML files of a bundle came to when they were read: who keeps it need not read them again, which
// is most of what opening a bundle takes.
#pragma once

#include <map>
#include <string>

namespace slipway::model {

// JSON texts, by the files' paths in the bundle.
using ParsedYaml = std::map<std::string, std::string, std::less<>>;

}  // namespace slipway::model
