#include "schema/sketch.hpp"

#include "document/copy.hpp"

namespace slipway::schema {

Sketch Sketch::of_kind(std::uint8_t kind) {
  Sketch sketch;
  sketch.scalar.kind = kind;
  return sketch;
}

Sketch Sketch::of_number(const slw_value& number) {
  Sketch sketch;
  sketch.scalar = number;
  return sketch;
}

Sketch Sketch::of_text(std::string text) {
  Sketch sketch = of_kind(SLW_STRING);
  sketch.text = std::move(text);
  return sketch;
}

Sketch Sketch::of_literal(document::Value value) {
  // An element of a packed array has no node of its own, but is a number.
  if (value.node() == nullptr) return of_number(value.get());
  Sketch sketch;
  sketch.literal = value.node();
  return sketch;
}

std::size_t Sketch::values() const {
  std::size_t count = 1;
  for (const Sketch& item : items) count += item.values();
  return count;
}

bool write(const Sketch& sketch, document::Builder& builder) {
  if (sketch.literal != nullptr) return document::copy_value(document::Value(sketch.literal), builder);
  switch (sketch.scalar.kind) {
    case SLW_STRING:
      return builder.string(sketch.text);
    case SLW_ARRAY:
      if (!builder.begin_array()) return false;
      for (const Sketch& item : sketch.items)
        if (!write(item, builder)) return false;
      return builder.end_array();
    case SLW_OBJECT:
      if (!builder.begin_object()) return false;
      for (std::size_t i = 0; i < sketch.items.size(); ++i)
        if (!builder.key(sketch.names[i]) || !write(sketch.items[i], builder)) return false;
      return builder.end_object();
    default:
      return document::copy_value(document::Value(sketch.scalar), builder);
  }
}

}  // namespace slipway::schema
