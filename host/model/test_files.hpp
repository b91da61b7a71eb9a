// The YAML files in a bundle's tests/ (schemas/cases.yaml), read and checked: golden cases, data sets.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "document/document.hpp"
#include "document/source_map.hpp"
#include "model/bundle.hpp"

namespace slipway::model {

// Hands each file to `take`, in the order of their names, until that refuses; none when there is no such
// folder. The error has file, line and column.
Status for_each_test_file(
    const Bundle& bundle,
    const std::function<Status(document::Value root, const document::SourceMap& source)>& take);

}  // namespace slipway::model
