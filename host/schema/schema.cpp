// The public face of a program.
#include "schema/schema.hpp"

#include <exception>

#include "schema/explainer.hpp"
#include "schema/program.hpp"
#include "schema/sensitivity.hpp"
#include "schema/validator.hpp"

namespace slipway::schema {

Schema::Schema(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Schema::~Schema() = default;

bool Schema::accepts(document::Value document) const noexcept {
  try {
    return Validator(*program_).accepts(program_->root, &document.get());
  } catch (const std::exception&) {  // out of memory
    return false;
  }
}

std::vector<Violation> Schema::explain(document::Value document, std::size_t most) const {
  if (most == 0 || accepts(document)) return {};
  return Explainer(*program_, most).explain(&document.get());
}

bool Schema::is_sensitive(std::string_view pointer) const {
  return Sensitivity(*program_).of(pointer);
}

}  // namespace slipway::schema
