#include "schema/example.hpp"

#include "schema/example_search.hpp"

namespace slipway::schema {

Result<document::Document> example(const Schema& schema, const ExampleOptions& options) {
  Result<Sketch> found = ExampleSearch(schema.program(), options).find();
  if (!found) {
    Error error = std::move(found).error();
    const std::string place = error.pointer.empty() ? "the schema" : error.pointer;
    return std::move(error).within("no example was found for " + place);
  }
  document::Document document;
  document::Builder builder;
  builder.start(document);
  if (!write(*found, builder)) return builder.take_error();
  if (Status finished = builder.finish(); !finished) return std::move(finished).error();
  if (!schema.accepts(document.root()))
    return Error(Code::internal, "the example that was found is not valid: this is a defect of the search");
  return document;
}

}  // namespace slipway::schema
