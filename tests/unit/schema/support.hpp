// Short ways to a schema and to documents for it.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "document/json_reader.hpp"
#include "schema/compile.hpp"

namespace slipway::schema {

inline document::Document json(std::string_view text) {
  document::Document document;
  document::Limits limits;
  limits.depth = document::Limits::kMostDepth;
  const Status status = document::read_json(text, document, limits);
  INFO((status ? std::string() : status.error().message));
  REQUIRE(status);
  return document;
}

inline std::shared_ptr<const Schema> schema_of(std::string_view text, const CompileOptions& options = {}) {
  const Compilation compiled = compile_text(text, "s.yaml", options);
  INFO((compiled.ok() ? std::string() : compiled.errors[0].text()));
  REQUIRE(compiled.ok());
  return compiled.schema;
}

inline bool accepts(const Schema& schema, std::string_view text) {
  const document::Document document = json(text);
  const bool accepted = schema.accepts(document.root());
  CHECK(schema.explain(document.root()).empty() == accepted);
  return accepted;
}

inline bool accepts(std::string_view schema, std::string_view text) {
  return accepts(*schema_of(schema), text);
}

// "POINTER KEYWORD SCHEMA_POINTER MESSAGE" of each violation.
inline std::vector<std::string> reasons(std::string_view schema, std::string_view text,
                                        std::size_t most = Schema::kMostViolations) {
  const document::Document document = json(text);
  std::vector<std::string> all;
  for (const Violation& v : schema_of(schema)->explain(document.root(), most))
    all.push_back(v.pointer + " " + v.keyword + " " + v.schema_pointer + " " + v.message);
  return all;
}

// The errors of a strict compilation, a line each.
inline std::vector<std::string> errors_of(std::string_view text, const CompileOptions& options = {}) {
  std::vector<std::string> all;
  for (const Diagnostic& error : compile_text(text, "s.yaml", options).errors) all.push_back(error.text());
  return all;
}

using Lines = std::vector<std::string>;

}  // namespace slipway::schema
