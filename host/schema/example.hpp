// Documents that a schema accepts: for documentation, and as inputs for tests.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "document/document.hpp"
#include "schema/schema.hpp"

namespace slipway::schema {

struct ExampleOptions {
  // 0: the most readable example, with a value for each member that is declared. Any other seed: a varied
  // one, the same for the same seed and schema.
  std::uint64_t seed = 0;
  std::uint32_t depth = 64;        // arrays and objects inside each other
  std::uint32_t values = 10'000;   // in the whole document
  std::uint32_t length = 100'000;  // characters that a text may have to have
  std::uint32_t steps = 100'000;   // of the search, before it is given up
};

// A document that `schema` accepts: it has been checked. The search is a heuristic, so that for a schema
// whose parts work against each other (two patterns, `not`, a `oneOf` of similar branches) none may be found
// although there is one. The error then says, with the schema's place, which part could not be satisfied.
Result<document::Document> example(const Schema& schema, const ExampleOptions& options = {});

}  // namespace slipway::schema
