// A value in the making: unlike a document it can be changed and thrown away.
#pragma once

#include <slipway/value.h>

#include <string>
#include <vector>

#include "document/builder.hpp"

namespace slipway::schema {

struct Sketch {
  slw_value scalar{};                  // null, a boolean or a number; else only its kind counts
  const slw_value* literal = nullptr;  // a value of another document, instead of all else
  std::string text;
  std::vector<Sketch> items;       // of an array; of an object, its members' values
  std::vector<std::string> names;  // of an object's members, one for each item

  std::size_t values() const;  // it and all inside it; a literal counts as one

  static Sketch of_kind(std::uint8_t kind);
  static Sketch of_number(const slw_value& number);
  static Sketch of_text(std::string text);
  static Sketch of_literal(document::Value value);
};

// Gives the value to `builder`; false as soon as that refuses.
bool write(const Sketch& sketch, document::Builder& builder);

}  // namespace slipway::schema
