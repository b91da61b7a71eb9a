// How two answers of a model differ.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "document/value.hpp"
#include "model/tolerance.hpp"
#include "schema/schema.hpp"

namespace slipway::model {

struct Difference {
  std::string pointer;   // into the answer; empty: the answer itself
  std::string expected;  // JSON text, cut short; or in words: "absent", "an array of 3", "a sensitive value"
  std::string actual;
  std::string sentence;  // all of it, for a message
};

// The first difference between what came back and what was expected; nothing when there is none. What one of
// `schemas` (each may be null) calls sensitive is not repeated in it.
std::optional<Difference> find_difference(document::Value expected, document::Value actual,
                                          const Tolerance& tolerance,
                                          std::span<const schema::Schema* const> schemas = {});

// The same as a sentence; empty when there is none.
std::string difference(document::Value expected, document::Value actual, const Tolerance& tolerance,
                       const schema::Schema* schema = nullptr);

// For answers of live traffic, where names are data too: the difference as one of the whole sensitive value
// that it lies in, if it lies in one.
Difference without_sensitive_names(Difference difference, std::span<const schema::Schema* const> schemas);

}  // namespace slipway::model
