// `slipway bind`: the C++ header of a model's request and response.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/bundle.hpp"

namespace slipway::authoring {

struct BoundHeader {
  std::string text;
  std::vector<std::filesystem::path> inputs;  // what it was made from, as found from the current folder
};

// Of the bundle in `folder`, opened from there; nothing of its code is needed. `name_space` empty: the
// model's name, made an identifier. Deterministic; the text has no path but those in the bundle.
Result<BoundHeader> bind(const std::filesystem::path& folder, const model::Bundle& bundle,
                         const std::string& name_space);

// Writes `text` unless the file holds it already, so that what is built from the file is not built again.
// Readers see the old file or the new one.
Status write_if_changed(const std::filesystem::path& file, const std::string& text);

// A rule for make and ninja: `target` depends on `inputs`.
std::string dependency_rule(const std::filesystem::path& target,
                            const std::vector<std::filesystem::path>& inputs);

}  // namespace slipway::authoring
