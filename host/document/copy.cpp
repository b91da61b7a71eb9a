#include "document/copy.hpp"

namespace slipway::document {

bool copy_value(Value value, Builder& builder) {
  switch (value.kind()) {
    case Kind::null:
      return builder.null();
    case Kind::false_value:
      return builder.boolean(false);
    case Kind::true_value:
      return builder.boolean(true);
    case Kind::int64:
      return builder.int64(value.int64());
    case Kind::uint64:
      return builder.uint64(value.uint64());
    case Kind::float64:
      return builder.float64(value.number(), value.is_integer());
    case Kind::string:
      return builder.string(value.text());
    case Kind::bytes:
      return builder.bytes(value.text());
    case Kind::object:
      if (!builder.begin_object()) return false;
      for (std::uint32_t i = 0; i < value.size(); ++i)
        if (!builder.key(value.key(i)) || !copy_value(value.member(i), builder)) return false;
      return builder.end_object();
    case Kind::array:
    case Kind::tensor:
      if (!builder.begin_array()) return false;
      for (std::uint32_t i = 0; i < value.size(); ++i)
        if (!copy_value(value.element(i), builder)) return false;
      return builder.end_array();
  }
  return false;
}

}  // namespace slipway::document
