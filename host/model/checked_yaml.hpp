// The project's own YAML files: read, then checked by their schemas with this project's own engine, and every
// error with file, line and column.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/document.hpp"
#include "document/source_map.hpp"
#include "schema/schema.hpp"

namespace slipway::model {

// Compiles one of the schemas that are part of the host. Those are tested: a failure is a defect of the
// build.
std::shared_ptr<const schema::Schema> own_schema(std::string_view text, std::string_view name);

// Reads `text` into `target` and checks it. `source` must carry the file's name.
Status read_checked_yaml(std::string_view text, const schema::Schema& schema, document::Document& target,
                         document::SourceMap& source);

// Checks what was read already.
Status check_against(const schema::Schema& schema, document::Value value, const document::SourceMap& source);

// The member `key` of `object` as text, or `fallback` where there is none.
std::string text_or(document::Value object, std::string_view key, std::string_view fallback);

// Each element of the list that is the member `list` of `object`, if there is one.
template <class Each>
void for_each(document::Value object, std::string_view list, Each each) {
  const slw_value* const found = object.find(list);
  for (std::uint32_t i = 0; found != nullptr && i < document::Value(found).size(); ++i)
    each(document::Value(found).element(i));
}

}  // namespace slipway::model
