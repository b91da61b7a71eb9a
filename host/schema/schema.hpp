// A compiled JSON Schema: an immutable program that documents are checked against. Made by compile()
// (schema/compile.hpp).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "document/value.hpp"

namespace slipway::schema {

struct Program;

// One reason why a document is refused.
struct Violation {
  // RFC 6901, of the value at fault. For `required` it is the pointer that the missing member would have, for
  // a member or item that is not allowed it is the pointer of that member or item. It stops above the first
  // name that only a sensitive value has told us, and above a name that is too long to repeat.
  std::string pointer;
  std::string keyword;  // that refused it, e.g. "maxLength"
  std::string
      schema_pointer;  // of the keyword; "other.yaml#/definitions/x/type" where it stands in another document
  std::string
      message;  // a sentence for a person, without the pointer; short values are quoted, sensitive ones never
};

// Thread-safe: any number of threads may check documents against one schema at once. Nothing here throws or
// reads anything but the program and the document.
class Schema {
 public:
  static constexpr std::size_t kMostViolations = 32;

  explicit Schema(std::unique_ptr<const Program> program);
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  // Whether `document` is valid. Linear in the document, and free of allocation unless the schema is one of
  // those whose alternatives multiply (then a bounded table of what is already known is kept for the call). A
  // document that would take more steps or more nesting than the compile limits allow, or more memory than
  // there is, is refused.
  bool accepts(document::Value document) const noexcept;

  // Why `document` is refused: at most `most` reasons, in the order of the schema; at least one exactly when
  // accepts() is false (and `most` is not 0).
  std::vector<Violation> explain(document::Value document, std::size_t most = kMostViolations) const;

  // Whether the value at `pointer` (RFC 6901) of any document is marked `x-sensitive`, itself or by a value
  // around it. For whoever records documents: what is not named by the schema is as sensitive as what
  // surrounds it.
  bool is_sensitive(std::string_view pointer) const;

  // The compiled form (schema/program.hpp), for what else is derived from a schema: compatibility, examples.
  const Program& program() const { return *program_; }

 private:
  std::unique_ptr<const Program> program_;
};

}  // namespace slipway::schema
