// YAML 1.2 (core schema) into a document, with the line and column of every value.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "document/document.hpp"
#include "document/limits.hpp"
#include "document/source_map.hpp"

namespace slipway::document {

// Parses one YAML document (JSON is YAML too, and is accepted). `source` gets the positions and must carry
// the file's name for messages, which start with "file:line:column: ". Refused: a second document, duplicate
// and complex keys, keys that are not strings, merge keys (<<), unknown tags, .inf and .nan, numbers out of
// range, invalid UTF-8, control characters, aliases that expand beyond the limits or into themselves.
Status read_yaml(std::string_view text, Document& target, SourceMap& source, const Limits& limits = {});

}  // namespace slipway::document
