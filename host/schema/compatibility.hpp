// May one version of a schema take the place of another: will every client of the old one be served by the
// new one?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "schema/schema.hpp"

namespace slipway::schema {

enum class Direction : std::uint8_t {
  request,   // the new version must accept all that the old one accepted
  response,  // the new version may answer only what the old one allowed
};

// Both of the first two are proven: `compatible` by a proof that no document contradicts, `breaking` by a
// document that does. Whoever decides must take the third for breaking.
enum class Verdict : std::uint8_t { compatible, breaking, cannot_tell };

// One thing that clients of the old version may trip over.
struct Change {
  Verdict verdict;  // breaking or cannot_tell
  // RFC 6901, of the value in documents; `*` stands for any item, or any member that is not named in either
  // schema. For a member that is missing it is the pointer that it would have.
  std::string pointer;
  // Of the keyword that refuses such documents: in the new schema for requests, in the old one for responses.
  std::string schema_pointer;
  std::string message;  // a sentence for a person, without the pointer
  // A whole document, as JSON, that is accepted on one side and refused on the other; empty where none was
  // found (cannot_tell).
  std::string example;
};

struct Comparison {
  static constexpr std::size_t kMostChanges = 100;

  Verdict verdict = Verdict::compatible;
  std::vector<Change> changes;  // none exactly when compatible; in the order of the schema
  bool more = false;            // there are others than these
};

// About documents as JSON: bytes and tensors count as the strings and arrays that clients get. Annotations,
// `x-sensitive` among them, change nothing. Bounded in time, memory and depth (schema/inclusion.hpp,
// schema/samples.hpp); what passes a bound cannot be told. Throws std::bad_alloc only.
Comparison compare(const Schema& old_version, const Schema& new_version, Direction direction);

}  // namespace slipway::schema
