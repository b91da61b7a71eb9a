// From a schema as a document to a compiled one, with every mistake named by file, line and column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "document/yaml_reader.hpp"
#include "schema/schema.hpp"

namespace slipway::schema {

enum class Dialect : std::uint8_t { draft04 };

// Finds the documents that references lead to outside of the schema itself. An implementation looks inside
// the model's bundle only.
class Resolver {
 public:
  // Both must live until compile() has returned; the compiled schema keeps nothing of them.
  struct Resource {
    document::Value root;
    const document::SourceMap* source;
  };

  virtual ~Resolver() = default;

  // `uri` has no fragment. It is absolute (`http://...`) where the reference or an `id` is; otherwise it is a
  // path such as `schemas/common.yaml`, resolved against CompileOptions::base_uri, with no `.` or `..` left
  // in it. Asked once per `uri`.
  virtual Result<Resource> resolve(std::string_view uri) const = 0;
};

// What one compiled schema, and one check of a document, may cost. Passing a bound is a compile error, or the
// refusal of the document.
struct CompileLimits {
  std::size_t subschemas = 100'000;  // over all documents that are referred to
  std::uint32_t depth = 500;         // schemas inside each other
  std::uint32_t chain = 64;  // schemas applied to one and the same value inside each other (allOf, $ref, ...)
  std::size_t documents = 64;               // brought in by the resolver
  std::size_t pattern_program = 1'000'000;  // instructions of all regular expressions together
  std::size_t errors = 100;                 // reported; compiling goes on no further
  std::uint64_t steps = 50'000'000;         // of one check where alternatives multiply; and 64 for each value
};

struct CompileOptions {
  Dialect dialect = Dialect::draft04;
  // True for a model's own schemas: whatever is most likely a mistake is an error (unknown keywords,
  // contradictory bounds, required members that are not allowed, keywords beside $ref). False: by the
  // standard alone. Dangling references, endless references, malformed keywords and patterns that cannot be
  // kept are errors either way.
  bool strict = true;
  const Resolver* resolver = nullptr;  // none: a reference outside of the schema is an error
  std::string base_uri =
      {};  // what relative references are relative to, e.g. the schema's path in its bundle
  CompileLimits limits = {};
};

struct Diagnostic {
  std::string position;  // "file:line:column"
  std::string message;   // a sentence
  std::string pointer;   // of the place in the schema document

  std::string text() const { return position + ": " + message; }
};

// The outcome: a schema, or errors; warnings with either.
struct Compilation {
  std::shared_ptr<const Schema> schema;  // null exactly when there are errors
  std::vector<Diagnostic> errors;  // in the order of the source; the last one says so if there were more
  std::vector<Diagnostic> warnings;

  bool ok() const { return schema != nullptr; }
  // The errors as one, a line each.
  Status status() const;
};

// Compiles `root`. `source` gives positions for messages. Neither is kept. Bounded in time and memory by the
// limits.
Compilation compile(document::Value root, const document::SourceMap& source,
                    const CompileOptions& options = {});

// The same from YAML (or JSON) text; `file` is its name in messages. Text that cannot be read is an error of
// the Compilation.
Compilation compile_text(std::string_view text, std::string_view file, const CompileOptions& options = {});

}  // namespace slipway::schema
