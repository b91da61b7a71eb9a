// Walking the schemas directly inside a schema, as the dialect's table says where they are.
#pragma once

#include <string>

#include "document/pointer.hpp"
#include "schema/dialect.hpp"

namespace slipway::schema {

// Calls visit(schema) for each, with the pointer that leads to it appended to `pointer` for the time of the
// call.
template <class Visit>
void for_each_subschema(const DialectTable& dialect, document::Value schema, std::string& pointer,
                        Visit&& visit) {
  const auto at = [&](auto token, document::Value value) {
    const std::size_t length = pointer.size();
    document::append_token(pointer, token);
    if (value.is_object()) visit(value);
    pointer.resize(length);
  };
  const auto each = [&](document::Value value) {
    for (std::uint32_t i = 0; i < value.size(); ++i) {
      if (value.is_object())
        at(value.key(i), value.member(i));
      else if (value.kind() == document::Kind::array)
        at(i, value.element(i));
    }
  };
  for (std::uint32_t i = 0; i < schema.size(); ++i) {
    const Keyword* const keyword = dialect.find(schema.key(i));
    if (keyword == nullptr || keyword->holds == Holds::nothing) continue;
    const document::Value value = schema.member(i);
    const std::size_t length = pointer.size();
    switch (keyword->holds) {
      case Holds::nothing:
        break;
      case Holds::schema:
      case Holds::schema_or_flag:
        at(schema.key(i), value);
        break;
      case Holds::schema_or_list:
        if (value.is_object()) {
          at(schema.key(i), value);
          break;
        }
        [[fallthrough]];
      case Holds::schemas:
      case Holds::named_schemas:
      case Holds::schema_or_names:
        document::append_token(pointer, schema.key(i));
        each(value);
        pointer.resize(length);
        break;
    }
  }
}

}  // namespace slipway::schema
