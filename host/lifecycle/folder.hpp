// A folder of bundles as a source of models: DIR/NAME/ or DIR/NAME/VERSION/. The highest release version of a
// model is its stable one.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "lifecycle/gate.hpp"
#include "model/routing_table.hpp"

namespace slipway::lifecycle {

// The folders below `directory` that hold a model.yaml, sorted; hidden ones are passed over.
Result<std::vector<std::filesystem::path>> find_bundles(const std::filesystem::path& directory);

// Makes what the routing table holds out of a version that passed its gates; the layer above knows how.
using SlotFactory = std::function<std::shared_ptr<model::Slot>(GatedVersion)>;

struct FolderReport {
  std::shared_ptr<const model::RoutingTable> table;
  std::size_t failed = 0;  // bundles that were refused; each is in the log, with why
};

// Loads every bundle of the folder. One that fails is logged and left out: the others are served all the
// same.  [control]
Result<FolderReport> load_folder(const std::filesystem::path& directory, const std::filesystem::path& cache,
                                 const SlotFactory& make_slot);

}  // namespace slipway::lifecycle
