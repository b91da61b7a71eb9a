// Looking after a store: is everything in it what was published, setting aside what is not, and removing
// versions that nothing needs any more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "lifecycle/store.hpp"

namespace slipway::lifecycle {

struct Damage {
  PublishedVersion version;
  std::string what;                 // which file, and how it differs
  std::vector<std::string> labels;  // that point to it
};

struct Integrity {
  std::size_t intact = 0;
  std::vector<Damage> damaged;
  std::vector<std::string> ledger;  // what is wrong with the ledger itself

  bool sound() const { return damaged.empty() && ledger.empty(); }
};

// Hashes every stored version. Changes nothing.
Result<Integrity> verify(Store& store);

// Moves each damaged bundle to the quarantine and marks its version, so that publishing it again from its
// source heals it. Labels stay where they are. What comes back is what verify() found.
Result<Integrity> repair(Store& store, const std::string& by);

struct Retention {
  std::size_t keep = 3;  // versions of each model, those that took part in a decision last
  Nanoseconds age = 30 * 24 * 3600 * kSecond;  // and those that took part in one within this time
};

struct Garbage {
  std::vector<PublishedVersion> versions;
  std::vector<std::string> strays;  // folders of `bundles` that no stored version names: left by a crash
  std::uint64_t bytes = 0;          // of the versions
};

// What may go: versions that no label points to, beyond what is kept, and strays. `now` is UTC.
Result<Garbage> find_garbage(Store& store, const Retention& retention, Nanoseconds now);
// Removes it; what comes back is gone. Which bytes a version had stays in the ledger.
Result<Garbage> collect(Store& store, const Retention& retention, Nanoseconds now, const std::string& by);

}  // namespace slipway::lifecycle
