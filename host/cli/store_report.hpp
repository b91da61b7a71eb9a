// What `slipway store` prints: tables for people, JSON for scripts.
#pragma once

#include <vector>

#include "lifecycle/upkeep.hpp"

namespace slipway::cli {

struct Inventory {
  std::vector<lifecycle::PublishedVersion> versions;
  std::vector<lifecycle::Label> labels;
};

Result<Inventory> read_inventory(lifecycle::Store& store);

// To standard output.
void print_inventory(const Inventory& inventory, bool json);
void print_integrity(const lifecycle::Integrity& integrity, bool json);
void print_garbage(const lifecycle::Garbage& garbage, bool dry_run, bool json);

}  // namespace slipway::cli
