// A JSON value to make up and to change: plain parts, numbers as they are written. Unlike a document it can
// say what no document may (a key twice, a number too large), so that this can be tried.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document/value.hpp"

namespace slipway::document {

struct Json {
  enum class Kind { literal, string, array, object };

  Kind kind = Kind::literal;
  std::string text = "null";      // of a literal: null, true, false or a number; of a string: what it says
  std::vector<std::string> keys;  // of an object: one for each child
  std::vector<Json> children;

  static Json of(Value value);
  static Json literal(std::string text) { return {Kind::literal, std::move(text), {}, {}}; }
  static Json boolean(bool value) { return literal(value ? "true" : "false"); }
  static Json number(long long value) { return literal(std::to_string(value)); }
  static Json string(std::string_view text) { return {Kind::string, std::string(text), {}, {}}; }
  static Json array(std::vector<Json> elements = {}) { return {Kind::array, {}, {}, std::move(elements)}; }
  static Json object() { return {Kind::object, {}, {}, {}}; }

  bool is_string() const { return kind == Kind::string; }
  bool is_array() const { return kind == Kind::array; }
  bool is_object() const { return kind == Kind::object; }
  bool is_number() const { return kind == Kind::literal && text[0] <= '9'; }

  // The member called `key`, or null.
  const Json* find(std::string_view key) const;
  Json* find(std::string_view key) { return const_cast<Json*>(std::as_const(*this).find(key)); }
  // Adds the member, or replaces the one that has this key.
  void set(std::string_view key, Json value);
  // Takes away the child at this place, with its key.
  void erase(std::size_t at);

  std::string to_text() const;
  // Equal as texts are: 1 and 1.0 differ.
  bool operator==(const Json&) const = default;
};

}  // namespace slipway::document
